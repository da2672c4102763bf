// An error at the top of a page takes the focus, so that a screen reader starts there.
document.querySelector("[data-focus]")?.focus();

// On a telephone the navigation scrolls sideways: the page one is on must be seen.
document.querySelector(".main-nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// A second click on a button does nothing (and without this, the server answers it as the first). After a while it
// does: the person may have stopped a page that did not come.
const PATIENCE_MS = 10_000;
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, PATIENCE_MS);
  });
}

// Coming back with the browser's arrow: the page may be old, its buttons must work again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Printing needs a script: the button shows itself only where it works.
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

// The answer of a form that must not be asked for again by «reload» or «back».
const answer = document.querySelector("[data-replace-address]");
if (answer) history.replaceState(null, "", answer.dataset.replaceAddress);
