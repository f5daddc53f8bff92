// Runs once, when the drop area is on the page. `element` is it, `trigger` tells the server of a click.
const area = element.querySelector(".ql-drop");
const input = area.querySelector("input");
const status = area.querySelector(".ql-uploading");
const log = area.querySelector(".ql-uploaded");
const words = JSON.parse(area.dataset.words);

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

const tell = (text) => {
  const item = document.createElement("li");
  item.textContent = text;
  log.append(item);
};

const suffixes = input.accept.split(",");

// What is surely refused is not sent: the server checks it all again.
const send = async (file) => {
  if (file.isFolder) throw new Error(words.folder);
  if (!suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix))) throw new Error(words.suffix);
  if (file.size > Number(area.dataset.most)) throw new Error(words.large);
  const address = new URL(`sources/files?name=${encodeURIComponent(file.name)}`, document.baseURI);
  const sent = { method: "POST", headers: { [area.dataset.header]: "1" }, body: file };
  const answer = await fetch(address, sent).catch(() => { throw new Error(words.noAnswer); });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? `${answer.status} ${answer.statusText}`);
  if (!told.new) return fill(words.before, { name: told.source });
  const renamed = told.source.split("/").at(-1) !== file.name.normalize("NFC");
  return fill(renamed ? words.renamed : words.uploaded, { name: told.source });
};

const sendAll = async (files) => {
  log.replaceChildren();
  let arrived = false;
  for (const [n, file] of files.entries()) {
    status.textContent = fill(words.uploading, { name: file.name, n: n + 1, all: files.length });
    try {
      tell(await send(file));
      arrived = true;
    } catch (error) {
      tell(fill(words.failed, { name: file.name, error: error.message }));
    }
  }
  status.textContent = "";
  if (arrived) trigger("click", { added: true });
};

let sending = Promise.resolve(); // one file after the other, however many are dropped meanwhile
const take = (files) => { sending = sending.then(() => sendAll(files)); };

input.addEventListener("change", () => {
  take([...input.files]);
  input.value = ""; // the same file may be chosen again
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  area.addEventListener(kind, (event) => {
    event.preventDefault(); // otherwise the browser would open the file
    area.classList.toggle("ql-over", kind === "dragenter" || kind === "dragover");
  });
}
area.addEventListener("drop", (event) => {
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  take(items.map((item) => {
    const file = item.getAsFile();
    file.isFolder = item.webkitGetAsEntry?.()?.isDirectory ?? false;
    return file;
  }));
});

document.addEventListener("ql:read-again", () => trigger("click", { again: true }));
document.addEventListener("click", (event) => {
  const source = event.target.closest?.(".ql-remove")?.dataset.source;
  if (source !== undefined && confirm(fill(words.remove, { name: source }))) trigger("click", { remove: source });
});
