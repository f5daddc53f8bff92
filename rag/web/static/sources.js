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

// --- Pictures: a bar lists what it stands for, a dot opens its passage. One of each is reached by Tab, the others by keys.
const pictures = document.getElementById("ql-pictures") ?? document.body;
const dots = () => [...document.querySelectorAll("#ql-pictures [data-passage]:not(.ql-cursor)")];
const put = (cursor, dot) => {
  for (const name of ["cx", "cy"]) cursor.setAttribute(name, dot.getAttribute(name));
  cursor.dataset.passage = dot.dataset.passage;
  const own = [...dot.parentNode.querySelectorAll("circle")];
  const title = dot.parentNode.querySelector("title").textContent;
  const label = fill(cursor.dataset.label, { title, number: own.indexOf(dot) + 1, count: own.length });
  cursor.setAttribute("aria-label", label);
};
const drawn = () => { // the pictures are made anew when the library is looked at
  const cursor = document.querySelector("#ql-pictures .ql-cursor:not([data-passage])");
  if (cursor && dots().length) put(cursor, dots()[0]);
};
new MutationObserver(drawn).observe(pictures, { childList: true, subtree: true });
const NEAR = 16; // pixels: a dot is small, and a finger is not
document.addEventListener("click", (event) => {
  const map = event.target.closest?.("#ql-pictures .ql-picture:has(.ql-cursor)");
  if (!map || event.target.closest("[data-passage]")) return;
  const away = (dot) => {
    const { left, top, width, height } = dot.getBoundingClientRect();
    return Math.hypot(left + width / 2 - event.clientX, top + height / 2 - event.clientY);
  };
  const nearest = dots().reduce((best, dot) => (away(dot) < away(best) ? dot : best));
  if (away(nearest) <= NEAR) nearest.dispatchEvent(new MouseEvent("click", { bubbles: true }));
});
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!target.matches?.("#ql-pictures :is(.ql-bar, .ql-cursor)") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Enter" || key === " ") {
    event.preventDefault();
    target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return;
  }
  const bar = target.matches(".ql-bar");
  const all = bar ? [...document.querySelectorAll("#ql-pictures .ql-bar")] : dots();
  const at = bar ? all.indexOf(target) : all.findIndex((dot) => dot.dataset.passage === target.dataset.passage);
  const group = (move) => { // the first dot of the source before, or behind
    const groups = [...new Set(all.map((dot) => dot.parentNode))];
    const next = groups[groups.indexOf(all[at].parentNode) + move];
    return next ? all.indexOf(next.querySelector("circle")) : at;
  };
  const vertical = bar ? {} : { ArrowUp: () => group(-1), ArrowDown: () => group(1) };
  const moves = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, Home: () => 0, End: () => all.length - 1, ...vertical };
  if (!moves[key]) return;
  event.preventDefault();
  const next = all[Math.min(all.length - 1, Math.max(0, moves[key]()))];
  if (!bar) return put(target, next);
  target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
