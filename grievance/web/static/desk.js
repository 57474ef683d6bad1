// Keys of the desk: j and k walk the rows, / goes to the filters, ? shows the keys; one box ticks all
// rows. Nothing needs it.
(function () {
  "use strict";
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  const help = document.getElementById("keys");
  const typing = (element) =>
    element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);

  function walk(step) {
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
    const link = rows[next] && rows[next].querySelector("a");
    if (link) {
      link.focus();
      rows[next].scrollIntoView({ block: "nearest" });
    }
  }

  // The link that loads the page with all ticked becomes one box for all of them.
  const all = document.querySelector("a[data-all]");
  const picks = Array.from(document.querySelectorAll("input[name=pick]"));
  if (all && picks.length) {
    const box = document.createElement("input");
    const label = document.createElement("label");
    const show = () => {
      const ticked = picks.filter((one) => one.checked).length;
      box.checked = ticked === picks.length;
      box.indeterminate = ticked > 0 && ticked < picks.length;
    };
    box.type = "checkbox";
    box.autocomplete = "off";
    label.append(box, " ", all.dataset.all);
    box.addEventListener("change", () => picks.forEach((one) => { one.checked = box.checked; }));
    picks.forEach((one) => one.addEventListener("change", show));
    all.replaceWith(label);
    show();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "/") {
      const first = document.querySelector(".filters select, .filters input");
      if (!first) return;
      event.preventDefault();
      first.focus();
    } else if (event.key === "?" && help && help.showModal && !help.open) help.showModal();
  });
})();
