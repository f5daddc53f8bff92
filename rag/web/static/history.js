// Runs once, when the list of conversations is on the page. `element` is the list, `trigger` tells the server what was
// pressed, `watch` calls back after the list shows something new. Which conversation is shown is kept for this tab of
// the browser, so that it is there after a reload.
const SHOWN = "ql-conversation";
const tell = (button) => {
  const row = button.closest("li[data-id]");
  trigger("click", { do: button.dataset.do, id: row.dataset.id, title: row.querySelector("input").value });
};
let shared = false; // a share file is being opened
element.closest("#ql-history").addEventListener("change", (event) => { shared ||= event.target.matches("input[type=file]"); });
element.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-do]");
  if (button) tell(button);
});
element.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    tell(event.target.closest("li").querySelector('[data-do="rename"]'));
  }
});
const before = sessionStorage.getItem(SHOWN);
watch("value", () => {
  const shown = element.querySelector("[aria-current]")?.closest("li").dataset.id;
  if (shown) sessionStorage.setItem(SHOWN, shown);
  else sessionStorage.removeItem(SHOWN);
  if (shared && !element.querySelector("[role=alert]")) document.dispatchEvent(new Event("ql:chosen"));
  shared = false;
});
trigger("click", { do: "open", id: before, again: true });
