// Runs once, when the bar is on the page. `element` is the bar. It opens views, folds the panes, and keeps what this
// browser prefers: the look, the width of the sources, whether the conversations are shown, how answers were found, and
// the settings that `page.js` sends with each question.
const $ = (id) => document.getElementById(id);
const { body } = document;
const phone = matchMedia("(max-width: 760px)"); // the sources are a sheet over the answer
const narrow = matchMedia("(max-width: 1099px)"); // the conversations lie over the answer
const prefers = (key, value) => { // reads, and with a value writes; a browser may forbid both
  try {
    if (value === undefined) return localStorage.getItem(`ql-${key}`);
    localStorage.setItem(`ql-${key}`, value);
  } catch {}
  return null;
};

// --- Views
const tabs = [...element.querySelectorAll('[role="tab"]')];
const names = [...element.querySelectorAll("[data-view]")].map((button) => button.dataset.view);
const show = (name) => {
  if (body.dataset.view === name) return;
  body.dataset.view = name;
  for (const [place, tab] of tabs.entries()) {
    const chosen = tab.dataset.view === name;
    tab.setAttribute("aria-selected", chosen);
    if (chosen && phone.matches) tab.scrollIntoView({ inline: "nearest", block: "nearest" });
    tab.tabIndex = chosen || (place === 0 && !tabs.some((other) => other.dataset.view === name)) ? 0 : -1;
  }
  const hash = name === names[0] ? "" : `#${name}`;
  if (location.hash !== hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
  document.dispatchEvent(new CustomEvent("ql:view", { detail: name }));
  dispatchEvent(new Event("resize")); // what was laid out unseen measures itself again
};
for (const tab of tabs) {
  const panel = $(tab.getAttribute("aria-controls"));
  panel?.setAttribute("role", "tabpanel");
  panel?.setAttribute("aria-labelledby", tab.id);
}

// --- Panes
const away = (id, hidden) => { if ($(id)) $(id).inert = hidden; };
const shut = (name) => body.dataset[name] !== "open";
const tell = (name, open) => {
  for (const node of [body, $("ql-panes")]) node.dataset[name] = open ? "open" : "closed";
  for (const button of element.querySelectorAll(`[data-shell="${name}"]`)) button.setAttribute("aria-expanded", open);
};
const fold = (open, keep) => {
  tell("history", open);
  away("ql-left", open && narrow.matches);
  away("ql-side", open && narrow.matches);
  if (keep && !narrow.matches) prefers("history", open ? "open" : "closed");
  if (keep && open && narrow.matches) $("ql-history").querySelector("button").focus();
};
const give = () => { // the list gives way to what was chosen in it, where it lies over the answer
  if (shut("history") || !narrow.matches) return;
  fold(false);
  element.querySelector('[data-shell="history"]').focus();
};
document.addEventListener("ql:chosen", give);
let origin = null; // where the focus goes back to when the sheet is closed
const enter = (tries) => { // it takes the focus only once it can be seen
  if (shut("sheet") || $("ql-side").contains(document.activeElement)) return;
  document.querySelector(".ql-back").focus({ preventScroll: true });
  if (tries) setTimeout(() => enter(tries - 1), 50);
};
const sheet = (open, from) => {
  if (open && !phone.matches) return;
  if (!open && shut("sheet")) return;
  tell("sheet", open);
  away("ql-left", open);
  if (open) {
    if (from) origin = from;
    enter(10);
  } else if (origin?.isConnected) origin.focus({ preventScroll: true });
};
const arrange = () => {
  fold(!narrow.matches && (prefers("history") ?? (innerWidth >= 1200 ? "open" : "closed")) === "open");
  sheet(false);
  away("ql-left", false);
};
narrow.addEventListener("change", arrange);
phone.addEventListener("change", arrange);
document.addEventListener("ql:read", (event) => sheet(true, event.detail));
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("[data-view], [data-shell]");
  const inside = event.target.closest?.("#ql-history");
  const chosen = inside && event.target.closest('[data-do="open"], #ql-new');
  const over = !shut("history") && narrow.matches; // the conversations lie over the answer
  if (chosen) give();
  else if (over && !(inside || event.target.closest?.("#ql-bar"))) fold(false);
  if (!pressed) return;
  const { view, shell } = pressed.dataset;
  if (view && pressed.closest("#ql-bar")) {
    show(view);
    $("ql-menu").hidePopover();
  } else if (shell === "history") {
    const open = body.dataset.view === names[0] ? shut("history") : true;
    show(names[0]);
    fold(open, true);
  } else if (shell === "sheet") {
    show(names[0]);
    sheet(shut("sheet"), pressed);
  } else if (shell === "back") sheet(false);
  else if (shell === "test") test(pressed);
});
document.addEventListener("change", (event) => {
  const { name, value, checked, dataset } = event.target;
  if (name === "ql-theme") {
    prefers("theme", value);
    dress();
  } else if (dataset?.shell === "trace") {
    tell("trace", checked);
    prefers("trace", checked ? "open" : "closed");
  } else if (SENT.some((one) => name === `ql-${one}`)) {
    prefers(name.slice(3), value);
    tested();
  } else if (name === "ql-language") { // the server makes the page in another language
    document.cookie = `ql_language=${value}; path=/; max-age=31536000; SameSite=Lax`;
    location.reload();
  }
});
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Escape" && !shut("history") && narrow.matches) {
    fold(false);
    element.querySelector('[data-shell="history"]').focus();
  } else if (key === "Escape" && !shut("sheet")) sheet(false);
  else if (tabs.includes(target)) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!move) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(target) + move + tabs.length) % tabs.length];
    show(next.dataset.view);
    next.focus();
  } else if (target.matches?.(".ql-grip")) {
    const move = { ArrowLeft: 2, ArrowRight: -2 }[key];
    if (!move) return;
    event.preventDefault();
    widen(width + move);
  }
});

// --- The edge between the conversation and the sources
let width = 40; // per cent of the page
const widen = (wanted) => {
  width = Math.round(Math.min(60, Math.max(25, wanted)));
  $("ql-panes")?.style.setProperty("--ql-side", `${width}%`);
  document.querySelector(".ql-grip")?.setAttribute("aria-valuenow", width);
  prefers("side", width);
};
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".ql-grip");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  body.dataset.drags = "yes";
  const all = $("ql-panes").getBoundingClientRect();
  const move = (moved) => widen(((all.right - moved.clientX) / all.width) * 100);
  grip.addEventListener("pointermove", move);
  grip.addEventListener("lostpointercapture", () => {
    grip.removeEventListener("pointermove", move);
    delete body.dataset.drags;
  }, { once: true });
});

// --- The look
const system = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const theme = prefers("theme");
  const choice = element.querySelector(`[name="ql-theme"][value="${theme}"]`);
  if (choice) choice.checked = true;
  if (theme === "light" || theme === "dark") body.classList.toggle("dark", theme === "dark");
  else if (theme === "system") body.classList.toggle("dark", system.matches);
};
system.addEventListener("change", () => setTimeout(dress)); // after Gradio, which follows the system

// --- What is sent with each question
const SENT = ["llm", "threshold", "length"];
const tested = (text = "", works = true) => { // what a test has shown; nothing of another LLM
  body.dataset.llm = element.querySelector('[name="ql-llm"]:checked')?.value === "none" ? "none" : "some";
  const said = $("ql-tested");
  const button = element.querySelector('[data-shell="test"]');
  if (!said) return;
  said.textContent = text;
  said.dataset.works = works;
  button.disabled = body.dataset.llm === "none";
};
const recall = () => { // a choice that this server does not have any more is forgotten
  for (const one of SENT) {
    const kept = prefers(one);
    const choice = [...element.querySelectorAll(`[name="ql-${one}"]`)].find(({ value }) => value === kept);
    if (choice) choice.checked = true;
  }
  tested();
};
const test = async (button) => {
  const llm = element.querySelector('[name="ql-llm"]:checked').value;
  const still = () => element.querySelector('[name="ql-llm"]:checked').value === llm;
  tested(button.dataset.asking.replace("{llm}", llm));
  button.disabled = true;
  try {
    const body = JSON.stringify({ llm });
    const sent = await fetch("settings/llm", { method: "POST", headers: { "content-type": "application/json" }, body });
    const { told, works } = await sent.json();
    if (still()) tested(told ?? button.dataset.lost, works === true);
  } catch {
    if (still()) tested(button.dataset.lost, false);
  }
};
addEventListener("storage", () => { recall(); dress(); }); // another tab of this browser has changed something

const ready = () => { // the panes may come onto the page after the bar
  if (!$("ql-start") || !document.querySelector(".ql-grip")) return requestAnimationFrame(ready);
  arrange();
  widen(Number(prefers("side")) || 40);
  const traced = prefers("trace") === "open";
  element.querySelector('[data-shell="trace"]').checked = traced;
  tell("trace", traced);
  $("ql-start").title = $("ql-start").textContent.trim(); // it shows an icon alone
  const wanted = location.hash.slice(1);
  show(names.includes(wanted) ? wanted : names[0]);
};
document.documentElement.lang = element.querySelector("[data-lang]").dataset.lang;
dress();
recall();
ready();
addEventListener("hashchange", () => { if (names.includes(location.hash.slice(1))) show(location.hash.slice(1)); });

// --- The page as an application: where a browser lets it, a worker shows a page of its own when nothing answers
if (isSecureContext) navigator.serviceWorker?.register(new URL("worker.js", document.baseURI)).catch(() => {});
