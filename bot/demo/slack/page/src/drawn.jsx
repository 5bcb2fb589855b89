// What slack-blocks-to-jsx draws: blocks with nothing to click, and Slack's markup.
import { get as emojiNamed } from "node-emoji";
import { memo } from "react";
import { Message as Rendered } from "slack-blocks-to-jsx";

import { useConnection } from "./connection.js";

// Everything is drawn anew on every change in the workspace; a block that did not change is not.
// The renderer drops what it takes for an unknown emoji, such as the minutes of 03:11:20; Slack shows it as it stands.
const HOOKS = { emoji: ({ name }) => emojiNamed(name) ?? `:${name}:` };
const Cached = memo(({ json, data }) => (
  <Rendered blocks={[JSON.parse(json)]} data={data} hooks={HOOKS} name="" logo="" theme="light" withoutWrapper />
));

// The renderer shows verbatim text without any formatting. In Slack the word only means that bare links and names stay as
// they are, which they do here anyway.
const withoutVerbatim = (key, value) => (key === "verbatim" ? undefined : value);

export function Drawn({ block }) {
  return <Cached json={JSON.stringify(block, withoutVerbatim)} data={useConnection().data} />;
}

export function Markup({ text }) {
  if (!text?.trim()) return null;
  return (
    <div className="markup">
      <Drawn block={{ type: "section", text: { type: "mrkdwn", text } }} />
    </div>
  );
}
