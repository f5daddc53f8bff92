// Pages of PDFs as they are printed, in whichever view they stand. It comes before page.js, in one script with it: what
// it names is there, too. Texts come with the HTML.
const viewed = { // as what a source with pages is shown, until this browser tab is closed
  get as() {
    try { return sessionStorage.getItem("ql-leaf") ?? "page"; } catch { return document.body.dataset.leaf ?? "page"; }
  },
  set as(kind) {
    document.body.dataset.leaf = kind;
    try { sessionStorage.setItem("ql-leaf", kind); } catch {} // a browser may forbid it
  },
};
document.body.dataset.leaf = viewed.as;

// What scrolls in a source, and the first mark or box of the quote in it.
const inSource = (article) => {
  const leaf = article?.querySelector(".ql-leaf");
  if (leaf && viewed.as === "page") return { area: leaf.querySelector(".ql-sheet"), quote: leaf.querySelector(".ql-box.ql-selected:not([hidden])") };
  return { area: article?.querySelector(".ql-text"), quote: article?.querySelector("mark.ql-selected") };
};
// Only the source scrolls, never the page around it.
const bring = (article) => {
  const { area, quote } = inSource(article);
  if (quote) area.scrollTop += quote.getBoundingClientRect().top - area.getBoundingClientRect().top - area.clientHeight / 3;
  else if (area) area.scrollTop = 0;
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
  for (const button of buttons) {
    const to = page + Number(button.dataset.turn);
    const had = document.activeElement === button;
    button.disabled = to < 1 || to > Number(pages);
    if (button.disabled && had) buttons.find((other) => other !== button).focus();
  }
  bring(leaf.closest("article"));
  announce(`${fill(of)}`);
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
  if (to) {
    viewed.as = to.dataset.leafTo;
    const article = to.closest("article");
    bring(article);
    article.querySelector(`[data-leaf-to]:not([data-leaf-to="${viewed.as}"])`)?.focus();
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
