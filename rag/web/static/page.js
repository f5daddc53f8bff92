// Runs once, when the sources panel is on the page. `element` is the panel, `trigger` tells the server of a click,
// `watch` calls back after the panel shows something new.
const ask = (detail) => trigger("click", detail);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".ql-cite, .ql-closest, .ql-source, .ql-back, .ql-suggestion");
  if (!button) return;
  const { answer, number, closest, source, suggestion } = button.dataset;
  ask({
    answer: answer === undefined ? null : Number(answer),
    number: number === undefined ? null : Number(number),
    closest: closest === undefined ? null : Number(closest),
    source: source ?? null,
    suggestion: suggestion === undefined ? null : Number(suggestion),
  });
  if (suggestion !== undefined) return; // it is asked in the chat, and the panel stays as it is
  element.scrollIntoView({ block: "nearest" }); // on a narrow screen the sources stand below the chat
  requestAnimationFrame(reveal); // a quote that is selected already does not change the panel
});

const reveal = () => {
  const mark = element.querySelector("mark.ql-selected");
  if (!mark) return;
  const text = mark.closest(".ql-text");
  // Only the document scrolls, never the page around it.
  text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
};
watch("value", () => requestAnimationFrame(reveal));
