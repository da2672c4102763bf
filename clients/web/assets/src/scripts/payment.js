// To the bank without a click. Before leaving, this page takes the address of the payment's own page: coming back with
// the browser's arrow shows where the payment stands instead of sending the form again.
const bank = document.querySelector("form[data-auto-submit]");
if (bank) {
  history.replaceState(null, "", bank.dataset.back);
  bank.submit();
}

// The payment's page asks until the state changes, then shows itself anew.
const EVERY_MS = 1500;
const LONGEST_MS = 20 * 60 * 1000;

const waiting = document.querySelector("[data-poll]");
if (waiting) poll(waiting, Date.now() + LONGEST_MS);

async function poll(element, end) {
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (document.hidden) continue;
    try {
      const answer = await fetch(element.dataset.poll, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) continue;
      const { status } = await answer.json();
      if (status !== element.dataset.status) return location.reload();
    } catch {
      // The network is away for a moment: ask again.
    }
  }
}
