// Copying needs a script and a secure page: the button shows itself only where it works.
const button = document.querySelector("[data-copy]");
if (button && navigator.clipboard) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}
