// Pages of PDFs as they are printed, in whichever view they stand. It comes before page.js, in one script with it: what
// it names is there, too. Texts come with the HTML.
let kept = "page"; // as what a source with pages is shown, until this browser tab is closed
try { kept = sessionStorage.getItem("ql-leaf") ?? kept; } catch {} // a browser may forbid it
// What becomes narrower or wider breaks its lines anew: a quote that was in view is brought back.
const atQuote = new WeakMap(); // of what scrolls: whether its quote is
const widths = new WeakMap();
const rooms = new ResizeObserver((changes) => {
  for (const { target: area, contentRect: { width } } of changes) {
    const before = widths.get(area);
    if (width) widths.set(area, width);
    if (width && before && before !== width && atQuote.get(area)) bring(area.closest("article"));
  }
});
document.addEventListener("scroll", ({ target: area }) => {
  if (!area.matches?.(".ql-text, .ql-sheet")) return;
  const quote = inSource(area.closest("article")).quote?.getBoundingClientRect();
  const own = area.getBoundingClientRect();
  atQuote.set(area, Boolean(quote) && quote.bottom > own.top && quote.top < own.bottom);
}, { capture: true, passive: true });
const named = (name) => document.getElementsByClassName(name); // the browser keeps what it finds: this happens often
const [LEAVES, TEXTS, SHEETS] = ["ql-leaf", "ql-text", "ql-sheet"].map(named);
const dress = () => {
  for (const leaf of LEAVES) {
    const article = leaf.closest("article");
    if (article.dataset.as !== kept) article.dataset.as = kept;
  }
  for (const area of [...TEXTS, ...SHEETS]) {
    if (widths.has(area)) continue;
    widths.set(area, 0);
    rooms.observe(area);
  }
};
new MutationObserver(dress).observe(document.body, { childList: true, subtree: true }); // before what comes is seen
const view = (as) => {
  kept = as;
  try { sessionStorage.setItem("ql-leaf", as); } catch {}
  dress();
};

// What scrolls in a source, and the first mark or box of the quote in it.
const inSource = (article) => {
  const leaf = article?.querySelector(".ql-leaf");
  if (leaf && kept === "page") return { area: leaf.querySelector(".ql-sheet"), quote: leaf.querySelector(".ql-box.ql-selected:not([hidden])") };
  return { area: article?.querySelector(".ql-text"), quote: article?.querySelector("mark.ql-selected") };
};
// Only the source scrolls, never the page around it.
const bring = (article) => {
  const { area, quote } = inSource(article);
  const [at, own] = [quote?.getBoundingClientRect(), area?.getBoundingClientRect()];
  if (quote) {
    area.scrollTop += at.top - own.top - area.clientHeight / 3;
    area.scrollLeft += at.left - own.left - 24;
    atQuote.set(area, true);
  } else if (area) area.scrollTop = 0;
  return quote ?? area;
};
document.addEventListener("ql:bring", (event) => bring(event.detail)?.focus({ preventScroll: true }));

const turn = (leaf, page) => {
  const { pages, src, of, alt } = leaf.dataset;
  if (page < 1 || page > Number(pages)) return;
  const fill = (text) => text.replace("{page}", page).replace("{pages}", pages);
  const [image, area] = [leaf.querySelector("img"), leaf.querySelector(".ql-sheet")];
  leaf.dataset.page = page;
  leaf.classList.add("ql-leaf-comes");
  leaf.querySelector(".ql-leaf-failed")?.remove();
  image.alt = fill(alt);
  image.src = fill(src);
  leaf.querySelector(".ql-leaf-of").textContent = fill(of);
  for (const box of leaf.querySelectorAll(".ql-box")) box.hidden = Number(box.dataset.page) !== page;
  const buttons = [...leaf.querySelectorAll(".ql-leaf-turn")];
  const had = buttons.find((button) => button === document.activeElement);
  for (const button of buttons) {
    const to = page + Number(button.dataset.turn);
    button.disabled = to < 1 || to > Number(pages);
  }
  if (had?.disabled) buttons.find((button) => button !== had).focus();
  bring(leaf.closest("article"));
  announce(fill(of));
};
document.addEventListener("load", ({ target: image }) => { // pages of one document may differ in size
  if (!image.matches?.(".ql-paper img")) return;
  [image.width, image.height] = [image.naturalWidth, image.naturalHeight];
  const leaf = image.closest(".ql-leaf");
  if (!leaf.classList.contains("ql-leaf-comes")) return;
  leaf.classList.remove("ql-leaf-comes");
  bring(leaf.closest("article"));
}, { capture: true });
document.addEventListener("error", ({ target: image }) => {
  const leaf = image.closest?.(".ql-paper") && image.closest(".ql-leaf");
  if (!leaf || leaf.querySelector(".ql-leaf-failed")) return;
  leaf.classList.remove("ql-leaf-comes");
  const told = document.createElement("p");
  told.className = "ql-warning ql-leaf-failed";
  told.setAttribute("role", "status");
  told.textContent = leaf.dataset.failed;
  leaf.querySelector(".ql-sheet").before(told);
}, { capture: true });
document.addEventListener("click", (event) => {
  const to = event.target.closest?.("[data-leaf-to]");
  const turned = event.target.closest?.(".ql-leaf-turn");
  const large = event.target.closest?.(".ql-leaf-large");
  if (to) {
    view(to.dataset.leafTo);
    const article = to.closest("article");
    bring(article);
    article.querySelector(`[data-leaf-to]:not([data-leaf-to="${kept}"])`)?.focus();
  } else if (large) {
    const on = large.closest(".ql-leaf").classList.toggle("ql-is-large");
    large.setAttribute("aria-pressed", on);
    bring(large.closest("article"));
  } else if (turned) {
    const leaf = turned.closest(".ql-leaf");
    turn(leaf, Number(leaf.dataset.page) + Number(turned.dataset.turn));
  }
});
document.addEventListener("keydown", (event) => {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const leaf = event.target.closest?.(".ql-sheet")?.closest(".ql-leaf");
  if (!move || !leaf || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  turn(leaf, Number(leaf.dataset.page) + move);
});
