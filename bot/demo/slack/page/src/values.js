// Between what a person enters (plain values) and what Block Kit says of it (options, dates).
const bare = (option) => option?.value ?? null;

const INITIAL = [
  ["initial_option", bare],
  ["initial_options", (options) => options.map(bare)],
  ["initial_value", (value) => value],
  ["initial_user", (id) => id],
  ["initial_users", (ids) => ids],
  ["initial_conversation", (id) => id],
  ["initial_conversations", (ids) => ids],
  ["initial_channel", (id) => id],
  ["initial_channels", (ids) => ids],
  ["initial_date", (date) => date],
  ["initial_time", (time) => time],
  ["initial_date_time", (seconds) => seconds],
];

export const isMulti = (element) => element.type.startsWith("multi_") || element.type === "checkboxes";

// The value that the app put into an element.
export function valueOf(element) {
  for (const [key, read] of INITIAL) if (element[key] !== undefined) return read(element[key]);
  return isMulti(element) ? [] : null;
}

// `state.values` of a view, as plain values by block id and action id.
export function plainValues(state) {
  const values = {};
  for (const [blockId, actions] of Object.entries(state.values)) {
    values[blockId] = {};
    for (const [actionId, { type, ...rest }] of Object.entries(actions)) {
      const [given] = Object.values(rest);
      const plain = Array.isArray(given) ? given.map((one) => one?.value ?? one) : (given?.value ?? given);
      values[blockId][actionId] = type === "rich_text_input" ? "" : plain;
    }
  }
  return values;
}

const MINUTE = 60;

export function secondsToMoment(seconds) {
  if (!seconds) return "";
  const local = new Date(seconds * 1000);
  return new Date(local - local.getTimezoneOffset() * MINUTE * 1000).toISOString().slice(0, 16);
}

export const momentToSeconds = (moment) => (moment ? Math.floor(new Date(moment).getTime() / 1000) : null);
