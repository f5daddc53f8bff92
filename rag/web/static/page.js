// Runs once, when the panel of the sources is on the page. `element` is the panel, `trigger` tells the server of an
// event, `watch` calls back after the panel shows something new. What is pressed in the conversation is told through
// the panel, too. Texts come with the HTML or in `words`: none is made here.
const byId = (id) => document.getElementById(id);
const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]");

// --- What a screen reader is told
const status = document.createElement("div");
status.className = "ql-sr";
status.setAttribute("role", "status");
document.body.append(status);
const announce = (text) => {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50); // the same text again is news
};

// --- Quotes in view, in the document
let wanted = null; // what to do when the panel shows what was pressed: "read" moves the focus to the quote
let aim; // the tab that is to be in view then, where one was chosen
let origin = null; // where the focus goes back to
const shownTab = () => { // in view
  const tab = element.querySelector('[role="tab"][aria-selected="true"]');
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
  return tab;
};
new ResizeObserver(shownTab).observe(element);
const settle = () => {
  const quote = bring(element.querySelector(".ql-document")); // or what scrolls, where none is in view
  const shown = element.querySelector(".ql-document")?.dataset;
  for (const chip of document.querySelectorAll(".ql-cite")) { // the one whose quote is in view
    chip.classList.toggle("ql-current", chip.dataset.answer === shown?.answer && chip.dataset.number === shown?.place);
  }
  const tab = shownTab();
  if (wanted === null) return;
  if (aim !== undefined && tab?.dataset.tab !== aim) return; // this is what an earlier press opened
  const place = element.querySelector(".ql-place")?.textContent;
  const about = [".ql-document h2", ".ql-about"].map((part) => element.querySelector(part)?.textContent);
  announce([place, ...about].filter(Boolean).join(". "));
  if (wanted === "read") quote?.focus({ preventScroll: true });
  if (wanted === "tab") tab?.focus();
  wanted = null;
};
watch("value", () => requestAnimationFrame(settle));

let presses = 0;
const open = (button, then) => {
  const { answer, number, closest, source, passage, tab, close } = button.dataset;
  const count = (value) => (value === undefined ? null : Number(value));
  wanted = then;
  aim = tab;
  trigger("click", {
    answer: count(answer), number: count(number), closest: count(closest),
    source: source ?? null, passage: count(passage), tab: count(tab), close: count(close), press: ++presses,
  });
  hideTip();
  if (inView(button)) requestAnimationFrame(settle);
};
// What is in view already does not change the panel.
const inView = (button) => {
  const { answer, number, closest, source } = button.dataset;
  const shown = element.querySelector(".ql-document")?.dataset;
  if (button.matches(".ql-tab")) return button.getAttribute("aria-selected") === "true";
  if (!shown || button.dataset.close) return false;
  return source === undefined ? shown.answer === answer && shown.place === (number ?? closest) : shown.source === source;
};

// --- The question box
let sent = null; // the question that was taken from the box and is not answered yet
const box = () => byId("ql-question").querySelector("textarea, input");
const fill = (text) => {
  const field = box();
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const making = () => byId("ql-writing")?.querySelector(".ql-turn");
let over; // what is still shown as being made, though its answer is there
const busy = () => sent !== null || (making() && making() !== over && !making().querySelector("[role=alert]"));
const turns = () => document.querySelectorAll("#ql-log .ql-turn").length;
const send = () => {
  const text = box().value;
  if (!text.trim()) return;
  if (document.querySelector("#ql-log .ql-banner")) return notice(words.readOnly);
  if (busy()) return notice(words.busy);
  fill(""); // at once: what is typed from now on is the next question
  sent = { text, shown: false, before: turns(), turn: pending(text) };
  ask("submit", { question: text, typed: true });
};
let asked = 0; // questions that have not ended
const ask = async (kind, told) => {
  asked += 1;
  await document.qlLimits; // what was ticked before the question holds for it
  const chosen = (name) => document.querySelector(`[name="ql-${name}"]:checked`)?.value ?? null;
  const settings = Object.fromEntries(["llm", "threshold", "length"].map((name) => [name, chosen(name)]));
  trigger(kind, { ...told, settings });
};
// The question stands in the conversation until the server shows it there: it may have to wait in a queue.
const pending = (text) => {
  const turn = document.createElement("section");
  turn.className = "ql-turn ql-sent";
  const question = document.createElement("h2");
  question.className = "ql-question";
  question.dir = "auto";
  question.textContent = text;
  turn.append(question);
  byId("ql-writing").after(turn);
  turn.scrollIntoView({ block: "nearest" });
  return turn;
};
const answered = () => {
  sent?.turn.remove();
  sent = null;
};
const notice = (text) => {
  document.querySelector(".ql-notice")?.remove();
  const told = document.createElement("p");
  told.className = "ql-notice";
  told.textContent = text;
  byId("ql-question").append(told);
  announce(text);
  setTimeout(() => told.remove(), 6000);
};
// A question that the server does not take ends without a word of Gradio's.
const { fetch } = window;
const joins = (request) => String(request?.url ?? request).includes("/queue/join");
const refused = () => sent && document.dispatchEvent(new Event("ql-ended"));
window.fetch = async (request, options) => {
  try {
    const found = await fetch(request, options);
    if (!found.ok && joins(request)) refused();
    return found;
  } catch (error) {
    if (joins(request)) refused();
    throw error;
  }
};
document.addEventListener("ql-ended", () => setTimeout(() => { // once the page shows what came
  asked = Math.max(0, asked - 1);
  if (asked) return; // that was an earlier one
  const failed = making()?.querySelector("[role=alert]");
  const { text, shown } = sent ?? {};
  answered();
  if (text === undefined || (shown && !failed)) return;
  if ([...document.querySelectorAll("#ql-log .ql-question")].pop()?.textContent === text) return;
  fill([text, box().value].filter(Boolean).join("\n"));
}, 50));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.closest?.("#ql-question")) return;
  event.preventDefault();
  event.stopPropagation();
  send();
}, { capture: true });

// --- Presses
const OPENS = ".ql-cite, .ql-closest, .ql-source, .ql-step, [data-close], .ql-tab, [data-passage]";
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(`${OPENS}, .ql-suggestion, .ql-act, .ql-skip, #ql-send`);
  if (!pressed) return;
  const { act, answer } = pressed.dataset;
  if (pressed.id === "ql-send") send();
  else if (pressed.matches(".ql-suggestion")) ask("submit", { question: pressed.textContent });
  else if (pressed.matches(".ql-skip")) {
    event.preventDefault();
    const latest = [...document.querySelectorAll("#ql-log .ql-answer")].pop();
    (latest ?? box()).focus();
    latest?.scrollIntoView({ block: "nearest" });
  } else if (act === "edit") edit(pressed);
  else if (act === "copy") copy(pressed);
  else if (act === "retry") ask("retry", { answer: Number(answer) });
  else if (act === "good" || act === "bad") {
    const liked = pressed.getAttribute("aria-pressed") === "true" ? null : act === "good";
    trigger("like", { answer: Number(answer), liked, comment: "" });
  } else {
    const keyboard = event.detail === 0; // pressed by a key: whoever reads by keyboard goes to the quote
    const step = pressed.matches(".ql-step");
    if (keyboard && event.isTrusted && pressed.matches(".ql-cite, .ql-closest, .ql-source")) origin = pressed;
    const trusted = event.isTrusted || pressed.matches("[data-passage]"); // of which a script makes a press
    const reads = keyboard && trusted && !step && !pressed.matches(".ql-tab, [data-close]");
    open(pressed, reads ? "read" : "told");
    if (!step && !pressed.matches(".ql-tab, [data-close]")) { // on a phone the sources are a sheet, which comes up
      document.dispatchEvent(new CustomEvent("ql:read", { detail: pressed }));
    }
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(".ql-comment, .ql-edit")) return;
  event.preventDefault();
  const answer = Number(form.dataset.answer);
  const text = form.querySelector("input, textarea").value.trim();
  if (form.matches(".ql-comment")) trigger("like", { answer, liked: form.dataset.liked === "true", comment: text });
  else if (text) {
    endEdit(form);
    ask("edit", { answer, question: text });
  }
});

// --- Editing a question, copying an answer
const edit = (button) => {
  const asking = button.parentElement;
  const { answer, label, save, cancel } = button.dataset;
  const form = document.createElement("form");
  form.className = "ql-edit";
  form.dataset.answer = answer;
  const text = document.createElement("textarea");
  text.value = asking.querySelector(".ql-question").textContent;
  text.setAttribute("aria-label", label);
  text.rows = 2;
  text.dir = "auto";
  const buttons = [save, cancel].map((name, place) => {
    const made = document.createElement("button");
    made.type = place ? "button" : "submit";
    made.className = "ql-act";
    made.textContent = name;
    return made;
  });
  buttons[1].addEventListener("click", () => endEdit(form));
  form.append(text, ...buttons);
  asking.classList.add("ql-editing");
  asking.append(form);
  text.focus();
};
const endEdit = (form) => {
  const asking = form.parentElement;
  asking.classList.remove("ql-editing");
  form.remove();
  asking.querySelector(".ql-act").focus();
};
const copy = async (button) => {
  const { copy: text, done, failed } = button.dataset;
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that came without encryption from another machine has no clipboard
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    copied = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  announce(copied ? done : failed);
  const label = button.querySelector(".ql-label");
  const before = label.textContent;
  label.textContent = copied ? done : failed;
  button.classList.add("ql-told-so");
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove("ql-told-so");
  }, 1500);
};

// --- Keys
const step = (turn, move) => {
  const numbers = [...turn.querySelectorAll(".ql-cite, .ql-closest")];
  const key = (button) => button.dataset.number ?? button.dataset.closest;
  const quotes = numbers.filter((button, place) => numbers.findIndex((other) => key(other) === key(button)) === place);
  if (!quotes.length) return;
  const current = quotes.findIndex((button) => key(button) === key(document.activeElement));
  const next = quotes[current < 0 ? (move > 0 ? 0 : quotes.length - 1) : (current + move + quotes.length) % quotes.length];
  next.focus();
  open(next, "told");
};
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Escape") {
    const form = target.closest?.(".ql-edit");
    if (form) endEdit(form);
    else if (tip) hideTip();
    else if (target.closest?.(".ql-document") && origin?.isConnected) origin.focus();
    return;
  }
  if (key === "Enter" && !event.shiftKey && target.matches?.(".ql-edit textarea")) {
    event.preventDefault();
    target.form.requestSubmit();
  }
  if (typing(target)) return;
  if (target.matches?.('#ql-panel [role="tab"]')) {
    const tabs = [...element.querySelectorAll('[role="tab"]')];
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const place = { Home: 0, End: tabs.length - 1 }[key] ?? (tabs.indexOf(target) + (move ?? 0) + tabs.length) % tabs.length;
    if (move || key === "Home" || key === "End") open(tabs[place], "tab");
    else if (key === "Delete" && target.querySelector("[data-close]")) open(target.querySelector("[data-close]"), "tab");
    else return;
    event.preventDefault();
    return;
  }
  const move = { n: 1, p: -1 }[key];
  if (!move) return;
  const turn = target.closest?.(".ql-turn");
  const beside = element.querySelector(`.ql-step[data-step="${move > 0 ? "next" : "previous"}"]:not([disabled])`);
  if (turn) step(turn, move);
  else if (target.closest?.("#ql-panel") && beside) open(beside, "read");
});

// --- The quote that a number shows
let tip = null;
let leaving = 0;
const hideTip = () => {
  clearTimeout(leaving);
  if (tip?.matches(":popover-open")) tip.hidePopover();
  tip = null;
};
const showTip = (anchor) => {
  const next = byId(anchor.getAttribute("aria-describedby"));
  clearTimeout(leaving);
  if (next === tip) return;
  hideTip();
  if (!next) return;
  tip = next;
  tip.showPopover();
  put(anchor);
  beside(tip, () => put(anchor));
};
const put = (anchor) => {
  if (!tip) return;
  const at = anchor.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const below = at.bottom + 6 + size.height <= innerHeight;
  // On the root: Gradio takes from an element what its HTML does not say, when the answer is drawn anew.
  const { style } = document.documentElement;
  style.setProperty("--ql-tip-left", `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`);
  style.setProperty("--ql-tip-top", `${below ? at.bottom + 6 : Math.max(8, at.top - size.height - 6)}px`);
};
// The sentences before and behind a quote are asked for once, and shown if the source still says it there.
const beside = async (own, then) => {
  const { source, start, end, around } = own.dataset;
  if (source === undefined || around !== undefined) return;
  own.dataset.around = "";
  const address = new URL(`library/around?${new URLSearchParams({ source, start, end })}`, document.baseURI);
  const told = await fetch(address).then((found) => found.json()).catch(() => ({}));
  const [quote] = own.children;
  if (!told.quote || quote.textContent.slice(1, -1) !== told.quote) return;
  quote.dataset.quote = "";
  const add = (text, where) => {
    if (!text) return;
    const line = document.createElement("span");
    line.className = "ql-around";
    line.dir = "auto";
    line.textContent = text;
    quote[where](line);
  };
  add(told.before, "before");
  add(told.behind, "after");
  if (own === tip) then();
};
const TIPPED = ".ql-cite, .ql-sure";
document.addEventListener("pointerover", (event) => {
  if (event.target.closest?.(".ql-tip")) clearTimeout(leaving); // one may rest on the quote itself
  else if (event.target.closest?.(TIPPED)) showTip(event.target.closest(TIPPED));
  else if (tip) { clearTimeout(leaving); leaving = setTimeout(hideTip, 250); }
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(TIPPED) && event.target.matches(":focus-visible")) showTip(event.target);
});
document.addEventListener("focusout", (event) => event.target.matches?.(TIPPED) && hideTip());
document.addEventListener("scroll", hideTip, { capture: true, passive: true });

// --- The conversation as it grows
let waiting = false; // an answer is being made
let said = "";
const grown = () => {
  const made = making();
  const spoken = made?.querySelector("[data-announce], [role=alert]");
  const latest = [...document.querySelectorAll("#ql-log .ql-answer")].pop();
  if (sent && turns() > sent.before) {
    over = made;
    answered();
  } else if (sent && made) {
    sent.shown = true;
    sent.turn.remove();
  } else if (sent?.shown) answered(); // or another conversation was opened
  byId("ql-ask").toggleAttribute("data-busy", Boolean(made) && made !== over && !made.querySelector("[role=alert]"));
  if (made) {
    const text = spoken?.dataset.announce ?? spoken?.textContent ?? "";
    if (text !== said) announce(text);
    if (!waiting) made.scrollIntoView({ block: "nearest" });
    [waiting, said] = [true, text];
  } else if (waiting && latest) {
    [waiting, said] = [false, ""];
    announce(latest.dataset.announce);
    const [turn, log] = [latest.closest(".ql-turn"), byId("ql-chat")];
    // An answer is read from its question on; the conversation scrolls, never the page.
    log.scrollTop += turn.getBoundingClientRect().top - log.getBoundingClientRect().top - 24;
  }
};
const observer = new MutationObserver(grown);
const observe = (id) => { // the conversation may come onto the page after the panel
  if (byId(id)) observer.observe(byId(id), { childList: true, subtree: true, characterData: true });
  else requestAnimationFrame(() => observe(id));
};
const ready = () => { // Gradio gives it a side of its own
  if (byId("ql-question")) box().dir = "auto";
  else requestAnimationFrame(ready);
};
ready();
observe("ql-log");
observe("ql-writing");
