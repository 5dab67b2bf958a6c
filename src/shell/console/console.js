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

  // A form is sent once; its page comes anew.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
})();
