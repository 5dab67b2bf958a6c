(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("on");

  // One label for everything that has words: under the pointer, in focus, or tapped.
  const tip = document.getElementById("tip");
  const owner = (node) => (node instanceof Element ? node.closest(".t") : null);
  let shown = null;
  const hide = () => { tip.hidden = true; shown = null; };
  const show = (el) => {
    shown = el;
    const [first, ...rest] = el.getAttribute("aria-label").split("\n");
    const head = document.createElement("b");
    head.textContent = first;
    tip.replaceChildren(head, rest.join("\n"));
    tip.hidden = false;
    const box = el.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = tip;
    const left = Math.min(Math.max(box.left + box.width / 2 - width / 2, 8), innerWidth - width - 8);
    const below = Math.min(box.bottom, innerHeight) + 6;
    const top = below + height <= innerHeight - 8 ? below : Math.max(Math.max(box.top, 0) - height - 6, 8);
    tip.style.left = `${Math.max(left, 8)}px`;
    tip.style.top = `${top}px`;
  };
  document.addEventListener("pointerover", (event) => {
    const el = owner(event.target);
    if (el) show(el); else hide();
  });
  document.addEventListener("focusin", (event) => {
    const el = owner(event.target);
    if (el) show(el); else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("click", (event) => {
    const el = owner(event.target);
    if (el) show(el);
  });
  document.addEventListener("scroll", () => { if (shown) show(shown); }, { passive: true, capture: true });

  // One stop of the Tab key a row; the arrow keys go on from there.
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const el = owner(event.target);
    const row = el && el.closest(".rove");
    if (!row) return;
    const all = [...row.querySelectorAll(".t")];
    const at = all.indexOf(el);
    const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : at + (steps[event.key] ?? 0);
    if (to === at || !all[to]) return;
    event.preventDefault();
    el.tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  });

  // Several groups: one at a time, or all below one another.
  const choose = document.getElementById("choose");
  const groups = [...document.querySelectorAll(".group")];
  const chosen = () => {
    groups.forEach((group, i) => { group.hidden = choose.value !== "" && choose.value !== `g${i}`; });
  };
  if (choose) {
    choose.addEventListener("change", chosen);
    chosen();
  }

  // Paper shows everything.
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((el) => { el.open = true; });
    groups.forEach((group) => { group.hidden = false; });
  });
})();
