// A form that speaks while it is typed: a cell is checked when it is left, names are suggested, rows come and go in place.
// Everything works without scripts as well: the server checks on saving, a name is typed whole, rows come with a button.

export function entry() {
  for (const form of document.querySelectorAll("form[data-entry]")) liven(form);
  document.querySelector("[data-faults]")?.focus();
  lists();
}

// A list: all rows of the page at once, the choice of a state at once, printing.
function lists() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const box of event.target.closest("form").querySelectorAll('input[name="record"]')) box.checked = event.target.checked;
    }
  });
  for (const all of document.querySelectorAll("[data-all]")) all.hidden = false;
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest("details")?.removeAttribute("open");
      print();
    });
  }
}

function liven(form) {
  let dirty = Boolean(document.querySelector("[data-faults]"));
  form.addEventListener("input", () => (dirty = true));
  form.addEventListener("submit", () => (dirty = false));
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  form.querySelector("[data-cancel]")?.addEventListener("click", () => (dirty = false));

  form.addEventListener("change", (event) => {
    const part = event.target.closest("[data-path]");
    if (part && form.dataset.check && event.target.type !== "file") check(form, part);
  });
  form.addEventListener("keydown", (event) => {
    const save = (event.ctrlKey || event.metaKey) && (event.key === "Enter" || event.key === "s");
    if (save) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('button[value="save"]'));
    }
    // Enter goes on to the next box as in a sheet; a text of several lines keeps its own.
    if (event.key === "Enter" && !save && event.target.matches('input[type="text"]') && !event.target.closest(".picker [aria-expanded=true]")) {
      if (event.defaultPrevented) return;
      event.preventDefault();
      next(form, event.target);
    }
  });
  for (const picker of form.querySelectorAll("[data-pick]:not(form)")) pick(form, picker);
  // Rows that were read from a text are looked at before anybody touches them.
  if (form.dataset.eager !== undefined) for (const part of form.querySelectorAll("[data-row] [data-path]")) check(form, part);
  rows(form);
}

function next(form, from) {
  const boxes = [...form.querySelectorAll("input:not([type=hidden]):not(.unseen), select, textarea, button[name=do]:not(.unseen)")].filter(
    (it) => it.offsetParent && !it.matches("[data-less]"),
  );
  boxes[boxes.indexOf(from) + 1]?.focus();
}

// One cell to the server: what it was understood as, or why it does not fit.
async function check(form, part) {
  const path = part.dataset.path;
  const told = part.querySelector(".told");
  if (path.startsWith("@")) return; // A day that is no field of the record is looked at on saving.
  const body = new FormData();
  for (const input of part.querySelectorAll("input, select, textarea")) {
    if (!input.name || input.type === "file" || (input.type === "checkbox" && !input.checked)) continue;
    body.append(input.name, input.value);
  }
  const to = new URL(form.dataset.check, location.href);
  to.searchParams.set("path", path);
  const asked = (part.asked = (part.asked ?? 0) + 1);
  let found;
  try {
    // Every form of a session carries its token; what a script sends says it in a header.
    const token = form.querySelector('input[name="csrf"]')?.value;
    const answer = await fetch(to, { method: "POST", body, headers: token ? { "x-csrf": token } : {} });
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    return; // Without a connection nothing is told; saving checks again.
  }
  if (asked !== part.asked || !told) return;
  told.replaceChildren();
  const box = part.querySelector("input:not([type=hidden]), select, textarea");
  box?.toggleAttribute("aria-invalid", Boolean(found.fault));
  if (found.fault) box?.setAttribute("aria-invalid", "true");
  const words = found.fault ?? found.said;
  if (words) {
    const line = document.createElement("span");
    line.className = found.fault ? "wrong" : "right";
    line.textContent = words;
    told.append(line);
  }
  // A record of nearly that name may be the one that is meant.
  for (const near of found.near ?? []) {
    const link = document.createElement("a");
    link.className = "link near";
    link.href = near.href;
    link.target = "_blank";
    link.textContent = near.words;
    told.append(link);
  }
}

// Names suggested under a box: arrows move, Enter or a click takes one, Escape closes.
export function pick(form, picker) {
  const box = picker.querySelector('input[type="text"]');
  const chosen = picker.querySelector('input[type="hidden"]');
  const hits = picker.querySelector(".hits");
  let timer;
  let current = -1;

  const close = () => {
    hits.hidden = true;
    hits.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    current = -1;
  };
  // Inside a table that scrolls the suggestions lie over it, not in it.
  const place = () => {
    if (!picker.closest(".scroll")) return;
    const at = box.getBoundingClientRect();
    hits.style.position = "fixed";
    hits.style.left = `${at.left}px`;
    hits.style.right = "auto";
    hits.style.top = `${at.bottom + 2}px`;
  };
  const mark = (at) => {
    const options = [...hits.children];
    if (!options.length) return;
    current = (at + options.length) % options.length;
    options.forEach((it, place) => it.setAttribute("aria-selected", String(place === current)));
    box.setAttribute("aria-activedescendant", options[current].id);
    options[current].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    const several = box.dataset.many !== undefined;
    const head = several ? box.value.replace(/[^、;；,，]*$/, "") : "";
    box.value = head + option.dataset.title;
    chosen.value = several && chosen.value ? `${chosen.value};${option.dataset.chosen}` : option.dataset.chosen;
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    clearTimeout(timer);
    box.dispatchEvent(new Event("change", { bubbles: true }));
    box.focus();
  };
  const ask = async () => {
    const text = box.value.trim();
    if (!text) return close();
    const to = new URL(form.dataset.pick, location.href);
    to.searchParams.set("path", picker.dataset.pick);
    to.searchParams.set("q", text);
    let found;
    try {
      const answer = await fetch(to);
      if (!answer.ok) return close();
      found = await answer.json();
    } catch {
      return close();
    }
    if (box.value.trim() !== text || document.activeElement !== box) return;
    close();
    found.forEach((it, place) => {
      const option = document.createElement("span");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.id = `${hits.id}-${place}`;
      option.className = "hit";
      option.dataset.chosen = it.chosen;
      option.dataset.title = it.title;
      const title = document.createElement("span");
      title.textContent = it.title;
      const note = document.createElement("small");
      note.textContent = it.note;
      option.append(title, note);
      hits.append(option);
    });
    hits.hidden = !found.length;
    place();
    box.setAttribute("aria-expanded", String(found.length > 0));
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 180);
  });
  box.addEventListener("keydown", (event) => {
    if (hits.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(current + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && current >= 0) {
      event.preventDefault();
      event.stopPropagation();
      take(hits.children[current]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });
  hits.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
  });
  box.addEventListener("blur", () => setTimeout(close, 120));
}

// Rows are added from the empty one that the page carries, and taken away.
function rows(form) {
  form.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    const less = event.target.closest("[data-less]");
    if (more) {
      event.preventDefault();
      add(form, more.dataset.more);
    } else if (less) {
      event.preventDefault();
      const row = less.closest("[data-row]");
      const beside = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      beside?.querySelector("[data-less]")?.focus();
      form.dispatchEvent(new Event("input"));
    }
  });
}

function add(form, lines) {
  const body = form.querySelector(`table[data-lines="${lines}"] tbody`);
  const empty = form.querySelector(`template[data-empty="${lines}"]`);
  if (!body || !empty) return;
  const number = 1 + Math.max(-1, ...[...body.querySelectorAll(`input[name^="l.${lines}."]`)].map((it) => Number(it.name.split(".")[2])));
  const row = empty.content.querySelector("tr").cloneNode(true);
  for (const part of [row, ...row.querySelectorAll("*")]) {
    for (const it of [...part.attributes]) {
      if (it.value.includes("__n__")) part.setAttribute(it.name, it.value.replaceAll("__n__", String(number)));
    }
  }
  body.append(row);
  for (const picker of row.querySelectorAll("[data-pick]")) pick(form, picker);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}
