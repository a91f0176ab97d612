// Files can be dropped on the form; what is too large is told before it is sent.

export function drop() {
  for (const form of document.querySelectorAll("form[data-drop]")) liven(form);
}

function liven(form) {
  const input = form.querySelector('input[type="file"]');
  const said = form.querySelector("[data-said]");
  const button = form.querySelector("button");

  const fits = () => {
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    const fine = size <= Number(form.dataset.most);
    said.textContent = fine ? [...input.files].map((file) => file.name).join("  ") : form.dataset.tooLarge;
    button.disabled = !fine;
    return fine;
  };

  input.addEventListener("change", fits);
  form.addEventListener("submit", (event) => {
    if (!fits()) event.preventDefault();
    else button.classList.add("busy-now");
  });
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    const files = new DataTransfer();
    const dropped = [...event.dataTransfer.files];
    for (const file of input.multiple ? dropped : dropped.slice(0, 1)) files.items.add(file);
    input.files = files.files;
    if (fits()) form.requestSubmit();
  });
}
