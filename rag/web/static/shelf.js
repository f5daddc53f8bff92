// Runs once, when what keeps the ticks is on the page. `element` is it, `trigger` tells the server what was ticked,
// `watch` calls back after the server told what is ticked now. It fills each .ql-shelf, in the library and beside the
// chat, with the list of sources: of thousands only the rows in view are on the page, and they are asked for by windows.
// Texts come with the HTML: none is made here.
const words = JSON.parse(element.querySelector("[data-words]").dataset.words);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const number = (count) => count.toLocaleString(document.documentElement.lang || "en");
const make = (tag, classes, more = {}) => {
  const node = Object.assign(document.createElement(tag), more);
  if (classes) node.className = classes;
  return node;
};
const WINDOW = 50; // rows that are asked for at once
const LINES = 10;
const BEYOND = 6; // rows above and below those in view

// --- What is ticked: the server keeps it, as the one filter that a typed limit sets, too
let ticked = new Set();
let limited = false;
let wished = null; // { query, on }: all that is found was ticked, or unticked, and the server has not told which these are
let sending = false; // until the server has answered
let again = null; // what to tell it then
let settled = () => {};
const tell = (what) => {
  if (sending) {
    if (what.do !== "begin" || !again) again = what;
    return;
  }
  sending = true;
  const wait = new Promise((resolve) => { settled = resolve; });
  const over = setTimeout(answered, 5000); // whatever became of it
  wait.then(() => clearTimeout(over));
  document.qlLimits = wait; // a question that is asked now waits for it
  trigger("click", what);
};
const set = () => {
  wished = null;
  tell({ do: "set", sources: [...ticked] });
};
function answered() {
  sending = false;
  const next = again;
  again = null;
  settled();
  if (next) tell(next);
}
let serial = -1;
let failure = "";
const heard = () => {
  const state = JSON.parse(element.querySelector("[data-state]").dataset.state);
  if (state.serial === serial) return;
  serial = state.serial;
  if (state.look) { // the library has changed, and with it perhaps what passes
    failure = state.error;
    tell({ do: "begin" });
    return;
  }
  const was = sending;
  failure = state.error;
  if (!again) wished = null;
  if (!again && !state.error && state.ticked !== true) {
    ticked = new Set(state.ticked ?? []);
    limited = state.ticked !== null;
  }
  answered();
  for (const shelf of shelves) {
    if (was && state.ticked === true && !state.error) shelf.mark();
    else shelf.load();
  }
};
watch("value", heard);
document.addEventListener("ql-built", () => tell({ do: "begin" })); // the first index: until then there was only an error

const typed = () => ["sources", "after", "before"].map((name) => [
  name, document.querySelector(`#ql-limit-${name} :is(input, textarea)`),
]);
const lift = () => {
  wished = null;
  for (const [, field] of typed()) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true })); // what draws it keeps it, too
  }
  tell({ do: "all" });
};
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#ql-limit-lift, #ql-unlimit")) lift();
  if (!event.target.closest?.("#ql-limit-set")) return;
  wished = null;
  tell({ do: "typed", ...Object.fromEntries(typed().map(([name, field]) => [name, field.value])) });
});

// --- A list
const shelves = new Set();
const queries = Object.fromEntries(["pane", "library"].map((name) => [ // the panel is made anew with each press in it
  name, { find: "", publisher: "", after: "", before: "", order: "" },
]));
const day = (row) => [row.publisher, row.day, pages(row), row.title ? row.source : ""].filter(Boolean).join(" · ");
const said = (row) => JSON.stringify({ ...row, line: undefined }); // by the server, of a row
const pages = (row) => {
  if (!row.pages) return "";
  return row.pages === 1 ? words.onePage : fill(words.pages, { count: number(row.pages) });
};

class Shelf {
  constructor(root) {
    this.root = root;
    this.pane = root.dataset.shelf === "pane";
    this.query = queries[root.dataset.shelf];
    this.rows = [];
    this.drawn = new Map(); // by the number of the row
    this.asked = new Set(); // windows of rows, and of lines
    this.found = 0;
    this.turn = 0; // of what is looked for
    this.build();
    this.load();
  }

  build() {
    const field = (label, node) => {
      const named = make("label", "ql-field");
      node.setAttribute("aria-label", label); // otherwise its choices are part of its name
      named.append(make("span", "", { textContent: label }), node);
      return named;
    };
    const find = make("input", "ql-find", { type: "search", placeholder: words.findHolder, maxLength: 200 });
    find.setAttribute("aria-label", words.find);
    find.dir = "auto";
    const order = make("select", "ql-order");
    for (const [value, text] of Object.entries(words.orders)) order.append(make("option", "", { value, textContent: text }));
    order.setAttribute("aria-label", words.order);
    const publisher = make("select");
    const [after, before] = [make("input", "", { type: "date" }), make("input", "", { type: "date" })];
    const narrow = make("details", "ql-narrow");
    narrow.append(
      make("summary", "", { textContent: words.narrow }),
      field(words.publisher, publisher), field(words.after, after), field(words.before, before),
    );
    this.publisher = publisher;
    this.fields = { find, order, publisher, after, before };
    for (const [name, node] of Object.entries(this.fields)) {
      node.value = this.query[name];
      node.addEventListener("input", () => {
        this.query[name] = node.value;
        wished = null; // that was of what was found before
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.load(true), name === "find" ? 120 : 0);
      });
    }
    const tools = make("div", "ql-shelf-tools");
    tools.append(find, order, narrow);
    // What is ticked
    this.every = make("input", "", { type: "checkbox" });
    this.everyText = make("span");
    this.everyLabel = make("label", "ql-every");
    this.everyLabel.append(this.every, this.everyText);
    this.every.addEventListener("change", () => {
      wished = { query: this.query, on: this.every.checked };
      tell({ do: "found", on: this.every.checked, sources: [...ticked], query: this.query });
    });
    this.lift = make("button", "ql-lift", { type: "button", textContent: words.all });
    this.lift.addEventListener("click", lift);
    this.status = make("p", "ql-note ql-shelf-status");
    this.status.setAttribute("role", "status");
    const bar = make("div", "ql-shelf-bar");
    bar.append(this.everyLabel, this.lift);
    // The rows
    this.list = make("ul");
    this.scroller = make("div", "ql-books");
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "region");
    this.scroller.setAttribute("aria-label", words.list);
    this.scroller.append(this.list);
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.root.append(tools, bar, this.status, this.scroller);
  }

  address(route, start, count) {
    const asked = { ...this.query, start, count, indexed: this.pane };
    return new URL(`library/${route}?${new URLSearchParams(asked)}`, document.baseURI);
  }

  async get(route, start, count) {
    const turn = this.turn;
    let told;
    try {
      told = await (await fetch(this.address(route, start, count))).json();
    } catch {
      told = { error: words.noAnswer };
    }
    return turn === this.turn ? told : null; // otherwise something else is looked for by now
  }

  // Look anew, from the top if something else is looked for.
  async load(top = false) {
    this.turn += 1;
    const first = top ? 0 : Math.max(0, Math.floor(this.from() / WINDOW) * WINDOW);
    const told = await this.get("rows", first, WINDOW);
    if (!told) return;
    this.asked.clear();
    this.error = told.error ?? "";
    this.rows = [];
    this.found = told.found ?? 0;
    this.all = told.all ?? 0;
    this.answering = told.answering ?? 0;
    this.take(first, told.rows ?? []);
    this.asked.add(`rows ${first}`);
    const names = told.publishers ?? [];
    if (names.join("\n") !== this.names) {
      this.names = names.join("\n");
      const any = make("option", "", { value: "", textContent: words.anyPublisher });
      this.publisher.replaceChildren(any, ...names.map((name) => make("option", "", { value: name, textContent: name })));
      this.publisher.value = this.query.publisher;
    }
    if (top) this.scroller.scrollTop = 0;
    this.list.style.height = `${this.found * this.height()}px`;
    this.redraw();
    this.mark();
  }

  // Draw what was told anew. What says the same stays the same element: it may be pressed just now, or have the focus.
  redraw() {
    const { activeElement } = document;
    const held = this.list.contains(activeElement) ? activeElement : null;
    const source = held?.closest(".ql-book")?.dataset.source;
    const places = new Map();
    this.rows.forEach((row, place) => places.set(row.source, place)); // not all are known
    const was = [...this.drawn.values()];
    this.drawn.clear();
    for (const node of was) {
      const place = places.get(node.dataset.source);
      const row = this.rows[place];
      if (!row || node.told !== said(row)) {
        node.remove();
        continue;
      }
      Object.assign(node, { row, said: false });
      node.style.top = `${place * this.height()}px`;
      this.count(node, place);
      this.drawn.set(place, node);
    }
    let next = null; // from the end: where the order is the same none is moved
    for (const [, node] of [...this.drawn].sort(([a], [b]) => b - a)) {
      if (node.nextSibling !== next) this.list.insertBefore(node, next);
      next = node;
    }
    this.draw();
    if (!held || held === document.activeElement) return;
    (held.isConnected ? held : this.part(source, held))?.focus({ preventScroll: true });
  }

  // What stands now where `old` was in the row of a source.
  part(source, old) {
    const node = [...this.drawn.values()].find((each) => each.row?.source === source);
    return node?.querySelector([".ql-more", ".ql-source", "input"].find((each) => old.matches(each)));
  }

  take(start, rows) {
    for (const [place, row] of rows.entries()) this.rows[start + place] = row;
  }

  height() {
    return Number.parseFloat(getComputedStyle(this.root).getPropertyValue("--ql-row")) || 88;
  }

  from() {
    return Math.floor(this.scroller.scrollTop / this.height());
  }

  draw() {
    const height = this.height();
    const first = Math.max(0, this.from() - BEYOND);
    const last = Math.min(this.found, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / height) + BEYOND);
    for (const [place, node] of this.drawn) {
      if ((place < first || place >= last) && !node.contains(document.activeElement)) {
        node.remove();
        this.drawn.delete(place);
      }
    }
    for (let place = first; place < last; place += 1) {
      const row = this.rows[place];
      if (!row) this.want("rows", place, WINDOW);
      const there = this.drawn.get(place);
      if (there && (there.row || !row)) continue;
      const node = row ? this.row(row, place) : make("li", "ql-book ql-waits");
      node.row = row;
      node.style.top = `${place * height}px`;
      there?.remove();
      const next = [...this.drawn].filter(([other]) => other > place).sort(([a], [b]) => a - b)[0];
      this.list.insertBefore(node, next?.[1] ?? null);
      this.drawn.set(place, node);
    }
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.read(), 150);
  }

  async want(route, place, count) {
    const start = Math.floor(place / count) * count;
    const key = `${route} ${start}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    const told = await this.get(route, start, count);
    if (!told || told.error) {
      this.asked.delete(key);
      return;
    }
    if (route === "rows") {
      this.take(start, told.rows);
      this.draw();
      return;
    }
    for (const row of this.rows.slice(start, start + count)) if (row && row.source in told) row.line = told[row.source];
    for (const node of this.drawn.values()) this.say(node);
  }

  // What the sources in view say of themselves, once the list rests: a few at a time.
  async read() {
    if (!this.scroller.offsetParent) return;
    for (const place of [...this.drawn.keys()].sort((a, b) => a - b)) {
      const row = this.rows[place];
      if (row && row.line === undefined && row.passages) await this.want("lines", place, LINES);
    }
  }

  say(node) {
    const { row } = node;
    if (row?.line === undefined || node.said) return;
    node.said = true;
    const line = node.querySelector(".ql-line");
    line.textContent = row.line;
    line.title = line.textContent;
  }

  row(row, place) {
    const node = make("li", "ql-book");
    node.dataset.source = row.source;
    node.dataset.state = row.state;
    this.count(node, place);
    const title = row.title || row.source;
    const tick = make("label", "ql-tick");
    if (row.passages) {
      const box = make("input", "", { type: "checkbox", checked: limited && ticked.has(row.source) });
      box.setAttribute("aria-label", fill(words.tick, { title }));
      box.addEventListener("change", () => {
        if (box.checked) ticked.add(row.source);
        else ticked.delete(row.source);
        limited = ticked.size > 0;
        set();
        for (const shelf of shelves) shelf.mark();
      });
      tick.append(box);
    }
    const about = make("div", "ql-book-about");
    const name = row.passages
      ? make("button", "ql-name-of ql-source", { type: "button", textContent: title, title })
      : make("span", "ql-name-of", { textContent: title, title });
    if (row.passages) name.dataset.source = row.source;
    name.dir = "auto";
    const line = make("p", "ql-line");
    line.dir = "auto";
    const meta = make("p", "ql-meta", { textContent: day(row) });
    meta.title = meta.textContent;
    const unread = [row.reason, ...row.unread].filter(Boolean).join("; ");
    const told = row.told || (row.unread.length ? words.unread : "");
    const state = make("p", "ql-lacks", { textContent: [told, unread].filter(Boolean).join(": ") });
    state.title = state.textContent;
    if (!row.passages) line.textContent = state.textContent; // it says nothing of itself
    about.append(name, line, meta);
    if (row.passages && state.textContent) about.append(state);
    if (!row.passages) line.classList.add("ql-lacks");
    const more = make("button", "ql-more", { type: "button", innerHTML: words.menu });
    more.setAttribute("aria-label", fill(words.more, { title }));
    more.setAttribute("aria-haspopup", "menu");
    more.addEventListener("click", () => menu(this, row, more));
    node.append(tick, about, more);
    Object.assign(node, { row, told: said(row) });
    this.say(node);
    return node;
  }

  count(node, place) {
    node.setAttribute("aria-setsize", this.found);
    node.setAttribute("aria-posinset", place + 1);
  }

  // Show what is ticked, and how many.
  mark() {
    for (const node of this.drawn.values()) {
      const box = node.querySelector(".ql-tick input");
      if (box) box.checked = limited && ticked.has(node.row.source);
      node.toggleAttribute("data-ticked", Boolean(box?.checked));
    }
    const some = this.found < this.all;
    const counted = this.all === 1 ? words.counts.one : fill(some ? words.counts.some : words.counts.many, {
      count: number(this.found), all: number(this.all),
    });
    const about = this.all < 2 ? "" : words.tickAbout;
    const told = limited ? fill(words.ticked, { count: number(ticked.size) }) : about;
    const text = failure || this.error || `${this.found ? `${counted}.` : words.none} ${told}`.trim();
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("ql-lacks", Boolean(failure || this.error));
    const known = Object.values(this.rows).filter((row) => row?.passages);
    const own = known.filter((row) => limited && ticked.has(row.source)).length;
    this.every.checked = known.length > 0 && own === known.length && ticked.size >= this.answering;
    this.every.indeterminate = own > 0 && !this.every.checked;
    if (wished?.query === this.query) Object.assign(this.every, { checked: wished.on, indeterminate: false });
    this.every.disabled = !this.answering;
    this.everyText.textContent = fill(words.tickAll, { count: number(this.answering) });
    this.everyLabel.hidden = !this.answering || this.all < 2; // of one there is nothing to choose
    this.lift.hidden = !limited;
    if (!this.error) this.root.dataset.all = this.all === 1 ? "one" : "many";
  }
}

// --- What can be done with a source
const popped = make("div", "ql-menu ql-book-menu");
popped.popover = "auto";
(element.closest(".gradio-container") ?? document.body).append(popped);
let opener = null;
const menu = (shelf, row, button) => {
  const does = [];
  const add = (label, done, data = {}) => {
    const item = make("button", "ql-item", { type: "button", textContent: label });
    item.setAttribute("role", "menuitem");
    Object.assign(item.dataset, data);
    if (data.source !== undefined) item.classList.add("ql-remove");
    item.addEventListener("click", () => {
      popped.hidePopover();
      done?.();
    });
    does.push(item);
  };
  if (row.passages) {
    add(words.open, () => open(shelf, row.source));
    add(words.only, () => {
      ticked = new Set([row.source]);
      limited = true;
      set();
      for (const each of shelves) each.mark();
    });
  }
  if (!shelf.pane && words.writes) {
    add(words.again, () => document.dispatchEvent(new CustomEvent("ql:read-again", { detail: row.source })));
    if (row.file) add(words.remove, null, { source: row.source }); // sources.js asks first
  }
  const told = [[row.told || words.unread, [row.reason, ...row.unread]], [words.notes, row.notes]];
  const parts = told.filter(([, lines]) => lines.some(Boolean)).map(([head, lines]) => {
    const part = make("div", "ql-told-of");
    part.append(make("p", "", { textContent: head }));
    const list = make("ul");
    list.append(...lines.filter(Boolean).map((text) => make("li", "", { textContent: text, dir: "auto" })));
    part.append(list);
    return part;
  });
  const items = make("div");
  items.setAttribute("role", "menu");
  items.setAttribute("aria-label", button.getAttribute("aria-label"));
  items.append(...does);
  popped.replaceChildren(items, ...parts);
  opener = () => (button.isConnected ? button : shelf.part(row.source, button)); // the row may be drawn anew meanwhile
  popped.showPopover();
  const at = button.getBoundingClientRect();
  const size = popped.getBoundingClientRect();
  popped.style.inset = "auto";
  popped.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
  popped.style.top = `${at.bottom + size.height + 8 > innerHeight ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
  does[0]?.focus();
};
popped.addEventListener("keydown", (event) => {
  const items = [...popped.querySelectorAll(".ql-item")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
});
popped.addEventListener("toggle", (event) => { // where nothing else was chosen, the focus goes back
  const { activeElement } = document;
  const lost = !activeElement || activeElement === document.body || popped.contains(activeElement);
  if (event.newState === "closed" && lost) opener?.()?.focus();
});
document.addEventListener("scroll", (event) => {
  if (popped.matches(":popover-open") && event.target !== popped) popped.hidePopover();
}, { capture: true, passive: true });

// --- Opening: a source is read beside the chat
const open = (shelf, source) => {
  const button = [...shelf.drawn.values()].find((node) => node.row?.source === source)?.querySelector(".ql-source");
  button?.click();
};
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("#ql-view-library :is(.ql-source, [data-passage])");
  if (pressed) document.getElementById("ql-to-ask").click();
  const bar = event.target.closest?.("#ql-view-library [data-after]"); // of the timeline
  if (bar) narrow(bar.dataset.after, bar.dataset.before);
  if (event.target.closest?.(".ql-limit-chip")) shown(event.target.closest(".ql-limit-chip"));
});
const narrow = (after, before) => {
  const shelf = [...shelves].find((each) => !each.pane && each.root.isConnected);
  if (!shelf) return;
  Object.assign(shelf.query, { after, before });
  wished = null;
  shelf.fields.after.value = after;
  shelf.fields.before.value = before;
  shelf.root.querySelector(".ql-narrow").open = true;
  shelf.load(true);
  shelf.root.scrollIntoView({ block: "start" });
  shelf.scroller.focus({ preventScroll: true });
};
const shown = (chip) => { // the list beside the chat comes into view
  const list = document.querySelector('#ql-panel [data-tab="-1"]');
  if (list) list.click();
  document.dispatchEvent(new CustomEvent("ql:read", { detail: chip }));
  const enter = (tries) => {
    const box = [...document.querySelectorAll("#ql-panel :is(.ql-find, .ql-books)")].find((each) => each.offsetParent);
    if (box) box.focus();
    else if (tries) setTimeout(() => enter(tries - 1), 50);
  };
  enter(40);
};

// --- A list may come onto the page, and leave it, with the panel
let looking = false;
const look = () => {
  if (looking) return;
  looking = true;
  requestAnimationFrame(() => {
    looking = false;
    for (const shelf of shelves) if (!shelf.root.isConnected) shelves.delete(shelf);
    for (const root of document.querySelectorAll(".ql-shelf")) {
      if (!root.firstChild && root.offsetParent) shelves.add(new Shelf(root)); // the others once they are seen
    }
  });
};
new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
document.addEventListener("ql:view", () => {
  look();
  for (const shelf of shelves) shelf.draw();
});
look();
heard();
trigger("click", { do: "begin" });
