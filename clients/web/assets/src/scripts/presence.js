// «Pointage»: a tick shows at once and is kept on the device until the town hall has it, connection or not.
import { keep, keptOf, sendAll } from "./presence_marks.js";

const list = document.querySelector("[data-presence]");
const others = document.querySelector("[data-others]");
const RETRY_MS = 10_000;

if (list) {
  const { activity, day, slot, csrf } = list.dataset;
  const place = `pointage/${activity}/${day}/${slot}`;

  // Who did not book is on the list while present, and else among those who could be added.
  const move = (child, present) => {
    const target = present ? list : others;
    if ("unbooked" in child.dataset && child.parentElement !== target) target.append(child);
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
    move(child, present);
  };

  // Of a list that is too long to be shown, those counted are not all on the page.
  const counter = (name, states) => {
    const shown = document.querySelector(name);
    const number = () => list.querySelectorAll(states).length;
    const elsewhere = Number(shown.textContent) - number();
    return () => (shown.textContent = elsewhere + number());
  };
  const counters = [
    counter("[data-there]", '[data-state="there"]'),
    counter("[data-away]", '[data-state="away"], [data-announced][data-state=""]'),
  ];

  const count = () => {
    for (const counted of counters) counted();
    const nobody = document.querySelector("[data-nobody]");
    if (nobody) nobody.hidden = list.children.length > 0;
  };

  const tell = ({ trouble, unsent }) => {
    for (const alert of document.querySelectorAll("[data-unsent]")) {
      alert.hidden = alert.dataset.unsent !== trouble;
      alert.querySelector("[data-unsent-count]").textContent = unsent;
    }
  };

  const send = async () => {
    const outcome = await sendAll(csrf);
    if (outcome) tell(outcome);
  };

  document.addEventListener("submit", (event) => {
    const memberId = event.target.dataset.mark;
    if (!memberId || !event.submitter || !crypto.randomUUID) return;
    event.preventDefault();
    // The button of a departure has no value: who left was there.
    const present = event.submitter.value !== "false";
    const leftAt = event.target.elements.parti?.value.slice(0, 5) || null;
    const now = new Date().toISOString();
    const mark = { mark_id: crypto.randomUUID(), member_id: memberId, present, marked_at: now, left_at: leftAt };
    keep(place, mark);
    show(mark);
    count();
    event.submitter.focus();
    send();
  });

  for (const mark of keptOf(place)) show(mark);
  count();
  addEventListener("online", send);
  setInterval(send, RETRY_MS);
  send();
}
