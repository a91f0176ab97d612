// Search in the frame: `/` goes to it, hits appear while typing, arrows move, Escape closes.

export function search() {
  const field = document.querySelector("input[data-find]");
  const hits = document.getElementById("hits");
  if (!field || !hits) return;

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
    if (event.key === "Escape" && hits.childElementCount) {
      hits.replaceChildren();
      field.focus();
    }
  });

  const form = field.closest("form");
  form.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [field, ...hits.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const next = links[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });

  field.addEventListener("input", () => {
    if (!field.value.trim()) hits.replaceChildren();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) hits.replaceChildren();
  });
}
