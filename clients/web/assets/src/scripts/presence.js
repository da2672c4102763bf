// «Pointage»: a tick shows at once and is kept on the device until the town hall has it, connection or not.
const list = document.querySelector("[data-presence]");
const RETRY_MS = 10_000;

if (list) {
  const { activity, day, slot } = list.dataset;
  const place = `pointage/${activity}/${day}/${slot}`;
  const unsent = document.querySelector("[data-unsent]");
  let sending = false;

  const kept = () => JSON.parse(localStorage.getItem(place) ?? "[]");
  const keep = (marks) => {
    if (marks.length) localStorage.setItem(place, JSON.stringify(marks));
    else localStorage.removeItem(place);
  };

  const show = ({ member_id: memberId, present, left_at: leftAt }) => {
    const child = document.getElementById(`enfant-${memberId}`);
    if (!child) return;
    const left = child.querySelector("[data-left]");
    if (left) {
      left.hidden = !leftAt;
      left.querySelector("[data-left-at]").textContent = leftAt ? leftAt.replace(":", "h") : "";
    }
    child.dataset.state = present ? "there" : "away";
    for (const button of child.querySelectorAll("button[name=present]")) {
      button.setAttribute("aria-pressed", String((button.value === "true") === present));
    }
  };

  const count = () => {
    const number = (state) => list.querySelectorAll(`[data-state="${state}"]`).length;
    document.querySelector("[data-there]").textContent = number("there");
    document.querySelector("[data-away]").textContent = number("away");
  };

  const tell = (isLost) => {
    document.querySelector("[data-unsent-count]").textContent = kept().length;
    unsent.hidden = !isLost;
  };

  const send = async () => {
    const marks = kept();
    if (sending || !marks.length) return;
    sending = true;
    const body = new FormData();
    body.set("csrf_token", list.querySelector("[name=csrf_token]").value);
    body.set("activite", activity);
    body.set("jour", day);
    body.set("creneau", slot);
    body.set("marques", JSON.stringify(marks));
    let isLost = true;
    try {
      const answer = await fetch("/mairie/pointage/marques", { method: "POST", body, credentials: "same-origin" });
      if (answer.ok) {
        const sent = new Set(marks.map((mark) => mark.mark_id));
        keep(kept().filter((mark) => !sent.has(mark.mark_id)));
        isLost = false;
      }
    } catch {
      // No connection: the marks stay, and are sent again.
    }
    sending = false;
    tell(isLost);
    if (!isLost && kept().length) send();
  };

  list.addEventListener("submit", (event) => {
    const memberId = event.target.dataset.mark;
    if (!memberId || !event.submitter || !crypto.randomUUID) return;
    event.preventDefault();
    // The button of a departure has no value: who left was there.
    const present = event.submitter.value !== "false";
    const leftAt = event.target.elements.parti?.value.slice(0, 5) || null;
    const now = new Date().toISOString();
    const mark = { mark_id: crypto.randomUUID(), member_id: memberId, present, marked_at: now, left_at: leftAt };
    keep([...kept(), mark]);
    show(mark);
    count();
    send();
  });

  for (const mark of kept()) show(mark);
  addEventListener("online", send);
  setInterval(send, RETRY_MS);
  send();
}
