(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("on");

  // Copies the text beside a button; where the browser does not let us, the text is selected and that is said.
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    if (!button) return;
    const text = document.getElementById(button.dataset.copy);
    const said = button.parentElement.querySelector(".copied");
    text.focus();
    text.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(text.value);
      done = true;
    } catch {
      done = false;
    }
    said.textContent = done ? button.dataset.done : button.dataset.select;
    const card = button.closest(".card");
    if (done && card) card.classList.add("copied-once");
  });

  // Of many groups the first nine, as chat programs forward, or all.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-ticks]") : null;
    if (!button) return;
    const boxes = [...button.form.querySelectorAll("input[type=checkbox][name=on]")];
    boxes.forEach((box, n) => { box.checked = button.dataset.ticks === "all" || n < Number(button.dataset.ticks); });
  });

  // A form is sent once; its page comes anew.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });

  // What somebody has typed stays in the tab until it was sent and taken.
  const boxes = "form input[type=text][name], form textarea[name]:not([readonly])";
  const keyOf = (box) => {
    const about = box.form.querySelector("input[name=on]");
    return `typed|${location.pathname}|${box.form.getAttribute("action") || ""}|${about ? about.value : ""}|${box.name}`;
  };
  const keep = (key, value) => {
    try {
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, value);
    } catch {
      // A browser that keeps nothing.
    }
  };
  const kept = (key) => {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  };
  if (document.querySelector(".said:not(.no)")) JSON.parse(kept("sent") || "[]").forEach((key) => keep(key, null));
  keep("sent", null);
  for (const box of document.querySelectorAll(boxes)) {
    const text = kept(keyOf(box));
    if (text === null || box.value !== box.defaultValue) continue;
    box.value = text;
    for (let fold = box.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.matches(boxes)) keep(keyOf(box), box.value === box.defaultValue ? null : box.value);
  });
  document.addEventListener("submit", (event) => {
    keep("sent", JSON.stringify([...event.target.querySelectorAll("input[type=text][name], textarea[name]")].map(keyOf)));
  });

  // The engine is away for a moment: on to the next page when it is back.
  const away = document.querySelector("[data-again]");
  if (away) {
    const knock = async () => {
      try {
        if ((await fetch("/readyz")).ok) { location.replace(away.href); return; }
      } catch {
        // Not back yet.
      }
      setTimeout(knock, 700);
    };
    setTimeout(knock, 700);
  }

  // Live: one stream a browser. The tab that holds the lock listens and tells the others.
  const live = document.body.dataset.live;
  const mine = (live || "").split(" ").filter((part) => part !== "");
  if (mine.length === 0) return;
  const concerns = (parts) => parts.length === 0 || mine.some((one) =>
    one.endsWith("*") ? parts.some((part) => part.startsWith(one.slice(0, -1))) : parts.includes(one));
  let asking = false;
  let again = false;
  let timer = 0;
  // What this page shows; of the tab that listens, the last that it was told.
  let last = Number(document.body.dataset.seq) || 0;
  let listens = false;

  // What somebody is at is not taken from under their hands.
  const busy = (section) =>
    section.contains(document.activeElement) && document.activeElement !== document.body ||
    section.querySelector("details[open]") !== null ||
    [...section.querySelectorAll("input, textarea, select")].some((el) =>
      el.type === "checkbox" ? el.checked !== el.defaultChecked : el.tagName !== "SELECT" && el.value !== el.defaultValue);

  const tell = () => {
    if (document.querySelector(".news")) return;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "news";
    chip.textContent = document.body.dataset.news;
    chip.addEventListener("click", () => location.reload());
    document.body.append(chip);
  };

  const look = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "Playbook-Part": "all" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = fresh.title;
      const parts = [...fresh.querySelectorAll("[data-part]")];
      // What is put in leaves the fresh page: its names are noted before.
      const names = new Set(parts.map((part) => part.dataset.part));
      for (const next of parts) {
        const now = document.querySelector(`[data-part="${CSS.escape(next.dataset.part)}"]`);
        if (now === null) { tell(); continue; }
        if (now.dataset.rev === next.dataset.rev) continue;
        if (busy(now)) { tell(); continue; }
        now.replaceWith(next);
      }
      for (const now of document.querySelectorAll("[data-part]")) {
        if (!names.has(now.dataset.part) && !busy(now)) now.remove();
      }
    } catch {
      // The engine is away for a moment; the next look finds it.
    } finally {
      asking = false;
      if (again) { again = false; look(); }
    }
  };

  const corner = (text) => {
    let note = document.querySelector(".quiet-corner");
    if (text === "") { if (note) note.remove(); return; }
    if (!note) {
      note = document.createElement("p");
      note.className = "quiet-corner";
      document.body.append(note);
    }
    note.textContent = text;
  };
  // Without a stream the page asks now and then, and says so.
  const poll = (on) => {
    clearInterval(timer);
    if (on) timer = setInterval(look, 30000);
    corner(on ? document.body.dataset.slow : "");
  };

  const channel = new BroadcastChannel("playbook-live");
  channel.addEventListener("message", (event) => {
    if (event.data.shows !== undefined) {
      // A tab that was opened while something changed is told so.
      if (listens && event.data.shows < last) channel.postMessage({ parts: [], seq: last });
    } else if (event.data.slow !== undefined) poll(event.data.slow);
    else if (concerns(event.data.parts)) look();
  });
  const both = (news) => {
    channel.postMessage(news);
    last = Math.max(last, news.seq || 0);
    if (news.slow !== undefined) poll(news.slow);
    else if (concerns(news.parts)) look();
  };
  const listen = () => new Promise(() => {
    listens = true;
    const open = () => {
      const source = new EventSource(`/live?after=${last}`);
      source.addEventListener("open", () => both({ slow: false }));
      source.addEventListener("changed", (event) => both(JSON.parse(event.data)));
      source.addEventListener("error", () => {
        both({ slow: true });
        // Turned away for good: every place was taken.
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 60000);
      });
    };
    open();
  });
  if (navigator.locks) navigator.locks.request("playbook-live", listen);
  else listen();
  channel.postMessage({ shows: last });
})();
