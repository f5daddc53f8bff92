// Runs once, when the place of the pictures is on the page. A bar lists what it stands for, a dot opens its passage. One of each is reached by Tab, the others by keys.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const pictures = document.getElementById("ql-pictures") ?? document.body;
const dots = () => [...document.querySelectorAll("#ql-pictures [data-passage]:not(.ql-cursor)")];
const moveTo = (cursor, dot) => {
  for (const name of ["cx", "cy"]) cursor.setAttribute(name, dot.getAttribute(name));
  cursor.dataset.passage = dot.dataset.passage;
  const own = [...dot.parentNode.querySelectorAll("circle")];
  const title = dot.parentNode.querySelector("title").textContent;
  const label = fill(cursor.dataset.label, { title, number: own.indexOf(dot) + 1, count: own.length });
  cursor.setAttribute("aria-label", label);
};
const drawn = () => { // the pictures are made anew when the library is looked at
  const cursor = document.querySelector("#ql-pictures .ql-cursor:not([data-passage])");
  if (cursor && dots().length) moveTo(cursor, dots()[0]);
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
  if (!bar) return moveTo(target, next);
  target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
