// Runs once, when the checked text is on the page. `element` is it, `trigger` tells the server which quote was pressed.
element.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("[data-to], [data-quote], [data-claim]");
  if (!pressed) return;
  const { to, quote, claim } = pressed.dataset;
  const count = (value) => (value === undefined ? null : Number(value));
  if (to) {
    const shown = element.querySelector(`#ql-claim-${to}`);
    shown.scrollIntoView({ block: "nearest" });
    shown.focus({ preventScroll: true });
    // By mouse what speaks to it is read at once; who presses a key reads on from the claim.
    if (event.detail) shown.querySelector("[data-quote], [data-claim]")?.click();
  } else trigger("click", { number: count(quote), claim: count(claim) });
});
