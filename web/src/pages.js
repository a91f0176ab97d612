// What every page gets when scripts run. Each part livens something that also works without.
import "htmx.org";
import { drop } from "./drop.js";
import { entry } from "./entry.js";
import { reading } from "./reading.js";
import { search } from "./search.js";

document.documentElement.classList.add("scripted");

start();

function start() {
  canonical();
  where();
  copying();
  swapping();
  small();
  search();
  drop();
  entry();
  reading();
}

// The address says which region and period are shown, so that it can be sent as a link.
function canonical() {
  const link = document.querySelector('link[rel="canonical"]');
  const here = new URL(location.href);
  if (!link || here.searchParams.has("after") || here.pathname !== new URL(link.href).pathname) return;
  const to = new URL(link.href);
  to.hash = here.hash;
  if (to.href !== here.href) history.replaceState(history.state, "", to.href);
}

// On a phone the menu shows where the reader is, and filters that are not in use are folded away.
function small() {
  if (innerWidth > 900) return;
  const here = document.querySelector(".rooms a[aria-current]");
  const strip = document.querySelector(".rooms");
  if (here) strip.scrollLeft = here.offsetLeft - 40;
  for (const fold of document.querySelectorAll("details[data-fold]:not([data-keep])")) fold.open = false;
}

// A choice of region, period or map takes effect at once; without scripts a button does it.
function where() {
  for (const form of document.querySelectorAll("form[data-where]")) {
    form.addEventListener("change", () => form.submit());
    for (const button of form.querySelectorAll("button")) button.hidden = true;
  }
}

// A short plain text for a message, without personal data.
function copying() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const words = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = words), 2000);
    });
  }
}

// Sorting and paging swap the list in place; the page keeps its scroll.
function swapping() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    const part = link?.closest("section[id]");
    if (!part || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    part.classList.add("swap");
    window.htmx.ajax("GET", link.href, {
      source: part,
      target: part,
      select: `#${part.id}`,
      swap: "outerHTML show:top",
      push: link.href,
    });
  });
}
