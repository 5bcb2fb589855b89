// The middle column: one conversation, oldest message first, and where to write.
import { Fragment, useEffect, useRef } from "react";

import { Composer } from "./composer.jsx";
import { shownMessages, useConnection } from "./connection.js";
import { dayOf } from "./format.js";
import { Message } from "./message.jsx";

const COMPACT_SECONDS = 300;

export function Channel({ channel, highlight, onOpenThread }) {
  const { world } = useConnection();
  const members = channel.members.length;
  const silent = world.apps.filter((app) => app.listens && !app.reachable && channel.members.includes(app.userId));
  return (
    <main className="pane" aria-label={`Channel ${channel.name}`}>
      <header className="pane-header">
        <h2>
          <span aria-hidden="true">{channel.is_private ? "🔒" : "#"}</span> {channel.name}
        </h2>
        <p>{channel.topic?.value}</p>
        <span className="members" title={`${members} members, apps included`}>
          {members} members
        </span>
      </header>
      {silent.map((app) => (
        <p key={app.id} className="banner" role="status">
          <strong>{app.name} is not connected.</strong> What you write waits here; start the bot and it will hear the rest.
        </p>
      ))}
      <Conversation channel={channel} highlight={highlight} onOpenThread={onOpenThread} />
    </main>
  );
}

export function Conversation({ channel, highlight, onOpenThread }) {
  const connection = useConnection();
  const messages = shownMessages(connection, channel.id).filter(
    (message) => !isReply(message) || message.subtype === "thread_broadcast",
  );
  const name = channel.name ? `#${channel.name}` : "the app";
  return (
    <>
      <MessageList messages={messages} highlight={highlight}>
        {messages.length === 0 && <Welcome channel={channel} />}
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const newDay = !before || dayOf(before.ts) !== dayOf(message.ts);
          return (
            <Fragment key={message.ts}>
              {newDay && (
                <div className="day" role="separator">
                  <span>{dayOf(message.ts)}</span>
                </div>
              )}
              <Message
                message={message}
                channel={channel}
                compact={!newDay && follows(before, message)}
                highlighted={highlight === message.ts}
                onOpenThread={() => onOpenThread({ channel: channel.id, ts: message.thread_ts ?? message.ts })}
              />
            </Fragment>
          );
        })}
      </MessageList>
      <Composer channel={channel} label={`Message ${name}`} />
    </>
  );
}

// Keeps the newest message in sight, unless the person has scrolled up to read.
export function MessageList({ messages, highlight, children }) {
  const list = useRef(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const marked = highlight && list.current.querySelector(`[data-ts="${highlight}"]`);
    if (marked) marked.scrollIntoView({ block: "center" });
  }, [highlight]);
  useEffect(() => {
    const element = list.current;
    const stay = () => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    };
    stay();
    // Pictures and charts grow after they are drawn.
    const observer = new ResizeObserver(stay);
    observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, [messages.length]);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
    atEnd.current = scrollHeight - scrollTop - clientHeight < 80;
  };
  return (
    <div className="messages" ref={list} onScroll={onScroll} tabIndex={0} role="region" aria-label="Messages">
      <div className="messages-inner" role="log">
        {children}
      </div>
    </div>
  );
}

function Welcome({ channel }) {
  const { world } = useConnection();
  const commands = world.apps
    .filter((app) => channel.members.includes(app.userId))
    .flatMap((app) => app.commands.map((command) => ({ ...command, app: app.name })));
  return (
    <div className="welcome">
      <h3>{channel.name ? `#${channel.name}` : "Direct messages"} is empty</h3>
      {commands.length > 0 && <p>Type a command below, mention an app, or raise an alarm on the left.</p>}
      <ul>
        {commands.map((command) => (
          <li key={command.command}>
            <code>
              {command.command} {command.usage_hint}
            </code>{" "}
            {command.description}
          </li>
        ))}
      </ul>
    </div>
  );
}

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

const follows = (before, message) =>
  before.user === message.user &&
  Boolean(before.is_ephemeral) === Boolean(message.is_ephemeral) &&
  Number(message.ts) - Number(before.ts) < COMPACT_SECONDS;
