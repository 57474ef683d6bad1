// What staff write for a caller is saved as they go: a moment after a box was left. What more is asked
// is shown by the button, so that nothing moves while somebody types. Nothing needs it.
(function () {
  "use strict";
  const form = document.getElementById("caller");
  const said = document.getElementById("saved");
  const address = form && new URL(form.action);
  let waits = 0;
  let last = Promise.resolve();
  if (!form || !said) return;

  async function save() {
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const asked = page.querySelector("#caller input[name=asked]");
      if (answer.status === 422) return "wrong";
      if (!answer.ok || !asked) return "lost";
      return asked.value === form.elements.asked.value ? "kept" : "more";
    } catch {
      return "lost";
    }
  }

  form.addEventListener("change", () => {
    clearTimeout(waits);
    waits = setTimeout(() => {
      last = last.then(save).then((how) => { said.textContent = said.dataset[how]; });
    }, 800);
  });
  form.addEventListener("submit", () => clearTimeout(waits));
})();
