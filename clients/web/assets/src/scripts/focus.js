// An error at the top of a page takes the focus, so that a screen reader starts there.
document.querySelector("[data-focus]")?.focus();
