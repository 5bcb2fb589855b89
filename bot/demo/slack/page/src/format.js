// Times as people read them.
const dateOf = (ts) => new Date(Number(ts) * 1000);

export const timeOf = (ts) => dateOf(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export const momentOf = (ts) => dateOf(ts).toLocaleString();

export function dayOf(ts) {
  const day = dateOf(ts).toDateString();
  if (day === new Date().toDateString()) return "Today";
  return dateOf(ts).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

// Slack's notation for the three characters that its markup uses.
export const escapeText = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
