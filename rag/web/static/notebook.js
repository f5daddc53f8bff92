// Runs once, when what keeps the pins is on the page. `element` is it, `trigger` tells the server what was pressed,
// `watch` calls back after the server told what is pinned now. It serves all views: each may have buttons that pin.
// Texts come with the HTML: none is made here.
let subjects = new Set();
let back = null; // what was pressed in the notebook, so that the focus is there again once that is shown anew

// --- What is pinned says so
const mark = () => {
  for (const button of document.querySelectorAll(".ql-pin")) {
    const pressed = subjects.has(button.dataset.subject);
    const label = pressed ? button.dataset.pinned : button.dataset.pin;
    if (button.getAttribute("aria-pressed") !== String(pressed)) button.setAttribute("aria-pressed", pressed);
    const shown = button.querySelector(".ql-label"); // beside its icon
    if (shown.textContent !== label) shown.textContent = label;
  }
};

// --- A source beside a list is shown at its quote
const seen = new WeakMap(); // what each was shown at: the same element may come to show another quote
const bring = (article) => {
  if (!article.querySelector("mark.ql-selected")) return;
  document.dispatchEvent(new CustomEvent("ql:bring", { detail: article }));
  article.scrollIntoView({ block: "nearest" });
};
const reveal = () => {
  for (const article of document.querySelectorAll(".ql-beside")) {
    const { at } = article.dataset;
    if (seen.get(article) === at || !article.offsetParent) continue;
    seen.set(article, at);
    bring(article);
  }
};
const pressed = new Map(); // by view: the quote that was pressed last; pressed again, nothing changes that would tell
document.addEventListener("click", (event) => {
  const quote = event.target.closest?.(".ql-pin-quote");
  const view = quote?.closest(".ql-view");
  if (!view) return;
  const own = JSON.stringify([quote.closest("[data-check], [data-pin-id]")?.dataset, quote.dataset]);
  const article = view.querySelector(".ql-beside");
  if (article && pressed.get(view) === own) bring(article);
  pressed.set(view, own);
});
const rows = () => [...document.querySelectorAll("[data-pin-id]")];
const focus = () => { // what was pressed is made anew with the notebook, and would lose the focus
  if (!back || back.button.isConnected) return;
  const { id, note, place } = back;
  back = null;
  if (document.activeElement && document.activeElement !== document.body) return;
  const all = rows();
  const own = all.find((row) => row.dataset.pinId === id) ?? all[Math.min(place, all.length - 1)];
  const wanted = own?.querySelector(`[data-note="${note}"]:not([disabled])`);
  (wanted ?? own?.querySelector(".ql-pin-acts button:not([disabled])"))?.focus();
};
const remember = (button, note) => {
  const row = button.closest("[data-pin-id]");
  back = { button, note, id: row.dataset.pinId, place: rows().indexOf(row) };
  return back.id;
};
let waiting = false;
const changed = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
    reveal();
    focus();
  });
};
new MutationObserver(changed).observe(document.body, { childList: true, subtree: true });

watch("value", () => {
  subjects = new Set(JSON.parse(element.querySelector("[data-subjects]").dataset.subjects));
  changed();
});

// --- Presses
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".ql-pin, [data-note]");
  if (!pressed) return;
  const { answer, number, closest, check, note, place } = pressed.dataset;
  const count = (value) => (value === undefined ? null : Number(value));
  if (!note) {
    trigger("click", { do: "pin", answer: count(answer), number: count(number), closest: count(closest), check: check ?? null });
    return;
  }
  trigger("click", { do: note, id: remember(pressed, note), place: count(place) });
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(".ql-pin-form")) return;
  event.preventDefault();
  const id = remember(form.querySelector("[type=submit]"), "open");
  trigger("click", { do: "edit", id, comment: form.elements.comment.value, group: form.elements.group.value });
});

trigger("click", { do: "begin" });
