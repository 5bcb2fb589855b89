// The right column: a message and the replies to it.
import { MessageList } from "./channel.jsx";
import { Composer } from "./composer.jsx";
import { shownMessages, useConnection } from "./connection.js";
import { Message } from "./message.jsx";

export function Thread({ channel: channelId, ts, onClose }) {
  const connection = useConnection();
  const { world } = connection;
  const channel = world.channels.find((one) => one.id === channelId);
  const all = shownMessages(connection, channelId);
  const root = all.find((message) => message.ts === ts);
  const replies = all.filter((message) => message.thread_ts === ts && message.ts !== ts);
  const status = world.statuses.find((one) => one.channel === channelId && one.thread === ts);
  if (!channel) return null;
  return (
    <aside className="thread" aria-label="Thread" data-testid="thread">
      <header className="pane-header">
        <h2>Thread</h2>
        <p>{channel.name ? `#${channel.name}` : ""}</p>
        <button className="icon" aria-label="Close thread" onClick={onClose}>
          ✕
        </button>
      </header>
      <MessageList messages={replies}>
        {root && <Message message={root} channel={channel} inThread />}
        {replies.length > 0 && (
          <div className="reply-count" role="separator">
            <span>
              {replies.length} {replies.length === 1 ? "reply" : "replies"}
            </span>
          </div>
        )}
        {replies.map((message) => (
          <Message key={message.ts} message={message} channel={channel} inThread />
        ))}
        {status && (
          <p className="status" role="status">
            <span className="pulse" aria-hidden="true" /> {status.app} {status.loading_messages[0] ?? status.status}
          </p>
        )}
      </MessageList>
      <Composer channel={channel} threadTs={ts} label="Reply…" />
    </aside>
  );
}
