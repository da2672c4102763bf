// Ticks kept on the device, by list («pointage/activity/day/slot»): forgotten once the town hall says it has them.
const AT_ONCE = 200;
const REFUSALS = new Set([400, 404, 409, 413, 422]);
let sending = false;

const places = () => Object.keys(localStorage).filter((key) => key.startsWith("pointage/"));

const write = (place, marks) => {
  if (marks.length) localStorage.setItem(place, JSON.stringify(marks));
  else localStorage.removeItem(place);
};

export const keptOf = (place) => JSON.parse(localStorage.getItem(place) ?? "[]");

export const keep = (place, mark) => write(place, [...keptOf(place), mark]);

// Null when they are kept; else why not: "lost" (no answer), "ended" (no session any more), "refused".
const post = async (place, marks, csrf) => {
  const [, activity, day, slot] = place.split("/");
  const body = new FormData();
  body.set("csrf_token", csrf);
  body.set("activite", activity);
  body.set("jour", day);
  body.set("creneau", slot);
  body.set("marques", JSON.stringify(marks));
  try {
    const answer = await fetch("/mairie/pointage/marques", { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return "ended";
    if (REFUSALS.has(answer.status)) return "refused";
    return answer.ok && (await answer.json()).kept === marks.length ? null : "lost";
  } catch {
    return "lost";
  }
};

const sendList = async (place, csrf) => {
  for (let marks = keptOf(place); marks.length; marks = keptOf(place)) {
    const sent = marks.slice(0, AT_ONCE);
    const trouble = await post(place, sent, csrf);
    if (trouble) return trouble;
    const ids = new Set(sent.map((mark) => mark.mark_id));
    write(place, keptOf(place).filter((mark) => !ids.has(mark.mark_id)));
  }
  return null;
};

// Sends every list that is kept, also those of other pages. Nothing when it is being done already.
export const sendAll = async (csrf) => {
  if (sending) return null;
  sending = true;
  let trouble = null;
  for (const place of places()) {
    const met = await sendList(place, csrf);
    trouble = met ?? trouble;
    if (met === "lost" || met === "ended") break;
  }
  sending = false;
  return { trouble, unsent: places().reduce((sum, place) => sum + keptOf(place).length, 0) };
};
