// A document read: the mark in the text and its entry beside it are chosen together; arrows or j and k go from one to the next.

export function reading() {
  const place = document.querySelector("[data-reading]");
  if (!place) return;
  const list = place.querySelector(".side ol");
  const pair = (number) => [document.getElementById(`t${number}`), document.getElementById(`m${number}`)];
  const last = place.querySelectorAll(".said").length - 1;
  let chosen = -1;

  const choose = (number, from) => {
    if (number < 0 || number > last) return;
    for (const it of pair(chosen)) it?.removeAttribute("aria-current");
    chosen = number;
    const [mark, entry] = pair(number);
    mark?.setAttribute("aria-current", "true");
    entry?.setAttribute("aria-current", "true");
    if (entry && from !== "list") {
      const top = entry.offsetTop - list.offsetTop;
      const away = top < list.scrollTop || top + entry.offsetHeight > list.scrollTop + list.clientHeight;
      if (away) list.scrollTop = entry.offsetTop - list.clientHeight / 3;
    }
    if (mark && from !== "text") mark.scrollIntoView({ block: "center" });
  };

  place.addEventListener("click", (event) => {
    const link = event.target.closest("a.mark, a.said");
    if (!link) return;
    event.preventDefault();
    choose(Number(link.id.slice(1)), link.classList.contains("mark") ? "text" : "list");
  });
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "") || event.ctrlKey || event.metaKey) return;
    const inside = place.contains(document.activeElement);
    const forward = event.key === "j" || (inside && event.key === "ArrowDown");
    const back = event.key === "k" || (inside && event.key === "ArrowUp");
    if (!forward && !back) return;
    event.preventDefault();
    choose(Math.min(last, Math.max(0, chosen + (forward ? 1 : -1))));
    pair(chosen)[1]?.focus({ preventScroll: true });
  });
  const named = /^#[tm](\d+)$/.exec(location.hash);
  if (named) choose(Number(named[1]));
}
