// Runs behind adding.js, in the library, with what that names.
document.addEventListener("ql:read-again", () => trigger("click", { again: true }));
document.addEventListener("click", (event) => {
  const source = event.target.closest?.(".ql-remove")?.dataset.source;
  if (source !== undefined && confirm(fill(words.remove, { name: source }))) trigger("click", { remove: source });
});
