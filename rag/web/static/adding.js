// Runs once, when the area where sources are added is on the page. `element` is it, `trigger` tells the server: of a
// click when files have arrived or something is to be looked at again, of a select when there is an index at last.
const area = element.querySelector(".ql-drop");
const [chosen, folder] = area.querySelectorAll('input[type="file"]');
const address = area.querySelector(".ql-address");
const status = area.querySelector(".ql-uploading");
const now = area.querySelector(".ql-now");
const doing = area.querySelector(".ql-doing");
const notBuilt = area.querySelector(".ql-not-built");
const counted = area.querySelector(".ql-counts");
const log = area.querySelector(".ql-uploaded");
const words = JSON.parse(area.dataset.words);
const begins = "begins" in area.dataset; // there is no index yet: this area tells of it, too
const suffixes = chosen.accept.split(",");
const headers = { [area.dataset.header]: "1" };
const AT_ONCE = 3; // files that are sent at the same time
const MOST_LISTED = 1000;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const readable = (name) => suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
const say = (node, text) => { if (node.textContent !== text) node.textContent = text; };

// --- What became of what was added
const rows = new Map(); // by name
const notes = new Map(); // what only this page knows of a name
const put = (name, state, text) => {
  let row = rows.get(name);
  if (!row) {
    if (rows.size >= MOST_LISTED) return;
    row = document.createElement("li");
    row.append(...["ql-arrived", "ql-arrived-as"].map((kind) => {
      const part = document.createElement("span");
      part.className = kind;
      return part;
    }));
    row.firstChild.textContent = name;
    rows.set(name, row);
    log.append(row);
  }
  row.dataset.state = state;
  say(row.lastChild, [text, notes.get(name)].filter(Boolean).join(" "));
};
const drop = (name) => {
  rows.get(name)?.remove();
  rows.delete(name);
};
const told = ([name, state, why]) => {
  if (state === "dropped") return drop(name);
  const kind = state === "failed" && name.includes("://") ? "unfetched" : state;
  const text = fill(words.states[kind], { why });
  return put(name, state, state !== "failed" && why ? `${text}. ${fill(words.states.partly, { why })}` : text);
};

// --- News of the server
let batch = 0;
let revision = 0;
let until = 0; // it is asked again until then, whatever it says
let timer = 0;
let asking = false;
let wasBusy = false;
let tries = 0; // at the start the page may not know yet that there is an index
const news = async () => {
  const place = new URL(`sources/arrivals?batch=${batch}&since=${revision}`, document.baseURI);
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};
const follow = async () => {
  clearTimeout(timer);
  if (asking) return;
  asking = true;
  let found = null;
  try {
    found = await news();
    if (found.batch !== batch) {
      log.replaceChildren();
      rows.clear();
    }
    [batch, revision] = [found.batch, found.revision];
    found.arrivals.forEach(told);
    tell(found);
  } catch {
    if (wasBusy || sending) say(status, words.noAnswer);
  }
  asking = false;
  const busy = found ? found.busy || found.more : wasBusy;
  if (found && wasBusy && !busy && !sending && !begins) trigger("click", { look: true });
  wasBusy = busy;
  if (found?.more) follow();
  else if (busy || sending || Date.now() < until) timer = setTimeout(follow, 400);
  else if (begins && waits(found)) timer = setTimeout(follow, 2500);
};
const tell = (found) => {
  const counts = Object.entries(words.counts).filter(([state]) => found.counts[state]);
  const list = counts.map(([state, text]) => fill(text, { count: found.counts[state].toLocaleString("en") }));
  const all = Object.values(found.counts).reduce((sum, count) => sum + count, 0);
  if (all > MOST_LISTED) list.push(fill(words.more, { count: MOST_LISTED }));
  say(counted, all > 1 ? list.join(" · ") : "");
  if (!begins) return;
  say(now, found.told);
  doing.hidden = !found.busy;
  if (found.total) [doing.max, doing.value] = [found.total, found.done];
  else doing.removeAttribute("value");
  const wrong = !found.busy && !found.ready && found.error;
  if (notBuilt.dataset.of === (wrong || "")) return;
  notBuilt.dataset.of = wrong || "";
  notBuilt.replaceChildren();
  if (!wrong) return;
  const again = document.createElement("button");
  [again.type, again.className, again.textContent] = ["button", "ql-build", words.again];
  notBuilt.append(fill(words.notBuilt, { error: wrong }), " ", again);
};
// Whether the page still waits for its first index; once that is there, the page is told.
const waits = (found) => {
  if (!found?.ready) return true;
  const open = document.querySelector('[data-begin="open"]');
  if (open) trigger("select", {});
  return !open && (tries += 1) < 3;
};
const build = () => {
  until = Date.now() + 5000;
  trigger("click", { added: true });
  follow();
};

// --- Sending. What is surely refused is not sent: the server checks it all again.
let sending = 0; // files and addresses that are under way
const post = async (place, body) => {
  const sent = { method: "POST", headers, body };
  const answer = await fetch(new URL(place, document.baseURI), sent).catch(() => { throw new Error(words.noAnswer); });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error ?? `${answer.status} ${answer.statusText}`);
  return found;
};
const send = async ({ file, below }) => {
  if (!readable(file.name)) throw new Error(words.suffix);
  if (file.size > Number(area.dataset.most)) throw new Error(words.large);
  const place = `sources/files?name=${encodeURIComponent(file.name)}&below=${encodeURIComponent(below)}`;
  const { source, new: fresh } = await post(place, file);
  if (!fresh) notes.set(source, words.before);
  else if (source.split("/").at(-1) !== file.name.normalize("NFC")) notes.set(source, fill(words.renamed, { name: file.name }));
  return source;
};
const sendAll = async (found, leftOut) => {
  let arrived = false;
  let place = 0;
  const refused = [];
  const next = async () => {
    while (place < found.length) {
      const one = found[place];
      place += 1;
      say(status, fill(words.uploading, { name: one.file.name, n: place, all: found.length }));
      try {
        await send(one);
        arrived = true;
      } catch (error) {
        refused.push([[one.below, one.file.name].filter(Boolean).join("/"), fill(words.failed, { error: error.message })]);
      }
    }
  };
  sending += 1;
  timer = setTimeout(follow, 400);
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  sending -= 1;
  say(status, leftOut ? fill(words.leftOut, { count: leftOut }) : found.length ? "" : words.nothing);
  if (arrived) build();
  await news().then((fresh) => { // what the server lists first may clear the list
    if (fresh.batch !== batch) log.replaceChildren(), rows.clear(), [batch, revision] = [fresh.batch, 0];
  }).catch(() => {});
  for (const [name, text] of refused) put(name, "failed", text);
  follow();
};
let last = Promise.resolve(); // one drop after the other, however many there are meanwhile
const take = (found, leftOut = 0) => { last = last.then(async () => sendAll(await found, leftOut)); };
// Of a folder only what can be read is taken; hidden files and folders are not.
const takeFolder = (all) => {
  const shown = all.filter(({ file, below }) => ![...below.split("/"), file.name].some((part) => part.startsWith(".")));
  const kept = shown.filter(({ file }) => readable(file.name)).slice(0, Number(area.dataset.files));
  take(kept, shown.length - kept.length);
};
const within = async (entry, below = "") => { // the files of what was dropped
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [{ file: await new Promise((done, fail) => { entry.file(done, fail); }), below }];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // it gives a hundred at a time
    const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
    if (!some.length) return found;
    for (const inner of some) found.push(...await within(inner, [below, entry.name].filter(Boolean).join("/")));
  }
};

chosen.addEventListener("change", () => {
  take([...chosen.files].map((file) => ({ file, below: "" })));
  chosen.value = ""; // the same file may be chosen again
});
folder.addEventListener("change", () => {
  takeFolder([...folder.files].map((file) => ({ file, below: file.webkitRelativePath.split("/").slice(0, -1).join("/") })));
  folder.value = "";
});
// A page that begins takes what is dropped anywhere on it.
const takes = (event) => !begins || (document.querySelector('[data-begin="open"]') && !event.target.closest?.("#ql-add"));
const target = begins ? document : area;
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  target.addEventListener(kind, (event) => {
    if (!takes(event)) return;
    event.preventDefault(); // otherwise the browser would open the file
    area.classList.toggle("ql-over", kind === "dragenter" || kind === "dragover");
  });
}
target.addEventListener("drop", (event) => {
  if (!takes(event)) return;
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]); // now: later they are gone
  const folders = entries.filter(([entry]) => entry?.isDirectory).map(([entry]) => entry);
  const single = entries.filter(([entry]) => !entry?.isDirectory).map(([, file]) => ({ file, below: "" }));
  if (single.length) take(single);
  if (folders.length) Promise.all(folders.map((entry) => within(entry))).then((found) => takeFolder(found.flat()));
});
const sendAddress = async (text) => {
  sending += 1;
  let taken = true;
  try {
    await post("sources/addresses", text);
  } catch (error) {
    taken = false;
    put(text, "failed", fill(words.failed, { error: error.message }));
  }
  sending -= 1;
  until = Date.now() + 3000;
  follow();
  return taken;
};
address.addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = address.querySelector("input");
  const text = box.value.trim();
  if (text && await sendAddress(text)) box.value = "";
});

// --- Pages of the web, from which a person chooses. What is told of them is text of others, and stays text.
const finder = area.querySelector(".ql-finder"); // none where no service is set
const found = area.querySelector(".ql-found");
const finding = area.querySelector(".ql-finding");
const listed = (one) => {
  const row = document.createElement("li");
  const part = (tag, text, kind = "") => Object.assign(document.createElement(tag), { className: kind, textContent: text, dir: "auto" });
  const add = Object.assign(document.createElement("button"), { type: "button", textContent: words.addFound });
  add.setAttribute("aria-label", `${words.addFound}: ${one.title}`);
  add.addEventListener("click", async () => {
    add.disabled = true;
    add.disabled = await sendAddress(one.address); // what was refused may be tried again
  });
  const about = [one.published, one.about].filter(Boolean).join(" · ");
  row.append(part("b", one.title), part("span", one.address, "ql-found-at"), part("p", about), add);
  return row;
};
finder?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = finder.querySelector("input").value.trim();
  if (!text) return;
  say(finding, words.finding);
  try {
    const told = (await post("sources/found", text)).found;
    found.replaceChildren(...told.map(listed));
    say(finding, told.length ? "" : words.foundNothing);
  } catch (error) {
    found.replaceChildren();
    say(finding, fill(words.notFound, { error: error.message }));
  }
  found.hidden = !found.firstChild;
});
document.addEventListener("click", (event) => {
  if (begins && event.target.closest?.(".ql-build")) build();
});
if (begins) follow();
