// One message: who, when, what, with its thread, reactions and menu.
import { get as emojiNamed } from "node-emoji";
import { useState } from "react";

import { Blocks } from "./blocks.jsx";
import { authorOf, useConnection } from "./connection.js";
import { Markup } from "./drawn.jsx";
import { momentOf, timeOf } from "./format.js";
import { Guard } from "./guard.jsx";
import { Menu } from "./menu.jsx";

const QUICK_REACTIONS = ["eyes", "white_check_mark", "+1", "tada", "x"];

export function Message({ message, channel, compact, inThread, highlighted, onOpenThread }) {
  const { world } = useConnection();
  const author = authorOf(world, message);
  const classes = ["message", compact && "compact", message.is_ephemeral && "ephemeral", highlighted && "highlighted"];
  return (
    <article
      className={classes.filter(Boolean).join(" ")}
      data-testid="message"
      data-ts={message.ts}
      aria-label={`${author.name} at ${timeOf(message.ts)}`}
    >
      {!compact && <img className="avatar" src={`/avatars/${message.user}.svg`} alt="" />}
      {compact && (
        <time className="gutter" title={momentOf(message.ts)}>
          {timeOf(message.ts)}
        </time>
      )}
      <div className="message-body">
        {message.is_ephemeral && <p className="only-you">👁 Only visible to you</p>}
        {!compact && (
          <p className="byline">
            <strong>{author.name}</strong>
            {author.isApp && <span className="app-badge">APP</span>}
            <time title={momentOf(message.ts)}>{timeOf(message.ts)}</time>
          </p>
        )}
        <Guard key={message.edited?.ts} instead={message.text}>
          {message.deleted ? <p className="deleted">{message.text}</p> : <Content message={message} channel={channel} />}
        </Guard>
        <Reactions message={message} channel={channel} />
        {!inThread && message.reply_count > 0 && <ThreadLink message={message} onOpen={onOpenThread} />}
      </div>
      {!message.is_ephemeral && !message.deleted && (
        <Toolbar message={message} channel={channel} onOpenThread={inThread ? null : onOpenThread} />
      )}
    </article>
  );
}

function Content({ message, channel }) {
  const { user, act } = useConnection();
  const place = { channel: channel.id, messageTs: message.ts, user };
  const surface = {
    act: (action, blockId, value) => act("interact", { ...place, action, block_id: blockId, value }),
    options: (action, blockId, query) => act("options", { ...place, action, block_id: blockId, query }),
  };
  const written = message.app_id && message.blocks?.length;
  return (
    <>
      {written ? <Blocks blocks={message.blocks} surface={surface} /> : <Markup text={message.text} />}
      {message.edited && message.text && !written && <span className="edited">(edited)</span>}
      {message.attachments?.map((attachment) => (
        <Attachment key={attachment.id} attachment={attachment} surface={surface} />
      ))}
      {message.files?.map((file) => (
        <File key={file.id} file={file} />
      ))}
    </>
  );
}

function Attachment({ attachment, surface }) {
  const color = /^[0-9a-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color}` : undefined;
  const { title, title_link: link } = attachment;
  return (
    <div className="attachment" style={{ borderLeftColor: color ?? NAMED_COLORS[attachment.color] ?? attachment.color }}>
      {attachment.pretext && <Markup text={attachment.pretext} />}
      {title && (
        <p className="attachment-title">
          {link ? (
            <a href={link} target="_blank" rel="noreferrer">
              {title}
            </a>
          ) : (
            title
          )}
        </p>
      )}
      {attachment.text && <Markup text={attachment.text} />}
      {attachment.fields?.length > 0 && (
        <dl className="attachment-fields">
          {attachment.fields.map((field, index) => (
            <div key={index} className={field.short ? "short" : ""}>
              <dt>{field.title}</dt>
              <dd>
                <Markup text={String(field.value ?? "")} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {attachment.blocks && <Blocks blocks={attachment.blocks} surface={surface} />}
      {attachment.footer && <p className="footer">{attachment.footer}</p>}
    </div>
  );
}

const NAMED_COLORS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

function File({ file }) {
  if (!file.mimetype) return <p className="file">⏳ {file.title} is being processed…</p>;
  if (file.mimetype.startsWith("image/")) {
    return (
      <figure className="picture">
        <figcaption>{file.title}</figcaption>
        <a href={file.url_private} target="_blank" rel="noreferrer">
          <img src={file.url_private} alt={file.alt_txt ?? file.title} />
        </a>
      </figure>
    );
  }
  return (
    <a className="file" href={file.url_private} target="_blank" rel="noreferrer">
      📄 <strong>{file.title}</strong> <span>{file.size.toLocaleString()} bytes</span>
    </a>
  );
}

function Reactions({ message, channel }) {
  const { user, act } = useConnection();
  if (!message.reactions) return null;
  return (
    <div className="reactions">
      {message.reactions.map(({ name, users, count }) => (
        <button
          key={name}
          className="reaction"
          aria-pressed={users.includes(user)}
          aria-label={`${name}: ${count}`}
          onClick={() =>
            act("reaction", { channel: channel.id, messageTs: message.ts, user, name, remove: users.includes(user) })
          }
        >
          {emojiNamed(name) ?? `:${name}:`} <span>{count}</span>
        </button>
      ))}
    </div>
  );
}

function ThreadLink({ message, onOpen }) {
  const count = message.reply_count;
  return (
    <button className="thread-link" data-testid="open-thread" onClick={onOpen}>
      {message.reply_users.slice(0, 3).map((user) => (
        <img key={user} src={`/avatars/${user}.svg`} alt="" />
      ))}
      <strong>
        {count} {count === 1 ? "reply" : "replies"}
      </strong>
      <span>Last reply {timeOf(message.latest_reply)}</span>
    </button>
  );
}

function Toolbar({ message, channel, onOpenThread }) {
  const { world, user, act } = useConnection();
  const [open, setOpen] = useState(false);
  const place = { channel: channel.id, messageTs: message.ts, user };
  const reactions = QUICK_REACTIONS.map((name) => ({
    label: `${emojiNamed(name)} ${name}`,
    onChoose: () => act("reaction", { ...place, name }),
  }));
  const shortcuts = world.apps.flatMap((app) =>
    app.shortcuts
      .filter((shortcut) => shortcut.type === "message")
      .map((shortcut) => ({
        label: `${shortcut.name} · ${app.name}`,
        onChoose: () => act("shortcut", { ...place, callback_id: shortcut.callback_id }),
      })),
  );
  return (
    <div className={open ? "toolbar open" : "toolbar"} role="group" aria-label="Message actions">
      <Menu label="Add reaction" face="☺" items={reactions} onToggle={setOpen} />
      {onOpenThread && (
        <button className="icon" aria-label="Reply in thread" title="Reply in thread" onClick={onOpenThread}>
          💬
        </button>
      )}
      {shortcuts.length > 0 && <Menu label="More actions" face="⋮" items={shortcuts} onToggle={setOpen} />}
    </div>
  );
}
