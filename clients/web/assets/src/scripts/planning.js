// The planning's form: cost while ticking, the whole month at once, arrows between days.
const planning = document.querySelector("form[data-planning]");
if (planning) {
  const cost = document.querySelector("[data-cost]");
  const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" });

  const showCost = () => {
    let cents = Number(cost.dataset.cost);
    for (const day of planning.querySelectorAll("input[data-price]")) {
      cents += (Number(day.checked) - Number(day.dataset.wanted)) * Number(day.dataset.price);
    }
    cost.textContent = euros.format(cents / 100);
  };

  // Slots that exclude each other on a day: who ticks one leaves the other.
  const leaveOthers = (line, day) => {
    const excluded = JSON.parse(line.dataset.excludes || "[]");
    for (const other of line.parentElement.querySelectorAll("[data-slot]")) {
      const same = other.querySelector(`input[data-price][value="${day.value}"]`);
      if (same?.checked && excluded.includes(other.dataset.slot)) {
        same.checked = false;
        other.dispatchEvent(new Event("change"));
      }
    }
  };

  for (const row of planning.querySelectorAll(".planning-row__line")) {
    const whole = row.querySelector("input[data-whole]");
    const days = [...row.querySelectorAll("input[data-price]")];
    whole?.removeAttribute("name");
    const showWhole = () => {
      if (!whole) return;
      const ticked = days.filter((day) => day.checked).length;
      whole.checked = ticked === days.length;
      whole.indeterminate = ticked > 0 && ticked < days.length;
    };
    whole?.addEventListener("change", () => {
      for (const day of days) {
        day.checked = whole.checked;
        if (day.checked) leaveOthers(row, day);
      }
      showCost();
    });
    row.addEventListener("change", (event) => {
      if (days.includes(event.target) && event.target.checked) leaveOthers(row, event.target);
      showWhole();
      showCost();
    });
    row.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
      const next = step && days[days.indexOf(event.target) + step];
      if (!next || !days.includes(event.target)) return;
      event.preventDefault();
      next.focus();
    });
    showWhole();
  }
  showCost();
}
