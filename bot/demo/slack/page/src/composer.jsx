// Where one writes: messages, @mentions, slash commands. Enter sends, Shift+Enter breaks the line.
import { useId, useLayoutEffect, useRef, useState } from "react";

import { useConnection } from "./connection.js";
import { escapeText } from "./format.js";

const BUILT_IN = [
  { command: "/invite", usage_hint: "@name", description: "Add somebody, or an app, to this channel" },
  { command: "/remove", usage_hint: "@name", description: "Take them out of it" },
];

export function Composer({ channel, threadTs, label }) {
  const { world, user, act } = useConnection();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const area = useRef(null);
  const listId = useId();
  const offers = dismissed ? [] : offersFor(text, world);

  useLayoutEffect(() => {
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight}px`;
  }, [text]);

  const write = (next) => {
    setText(next);
    setChosen(0);
    setDismissed(false);
  };
  const send = async () => {
    const said = text.trim();
    if (!said) return;
    write("");
    const place = { channel: channel.id, user, ...(threadTs ? { thread_ts: threadTs } : {}) };
    const answer = said.startsWith("/")
      ? await act("command", { ...place, command: said.split(/\s/, 1)[0], text: said.replace(/^\S+\s*/, "") })
      : await act("message", { ...place, text: escapeText(said) });
    if (!answer.ok) setText(said);
  };
  const complete = (offer) => {
    write(`${text.slice(0, text.length - offer.typed.length)}${offer.insert} `);
    area.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.nativeEvent.isComposing) return;
    const offer = offers[chosen];
    if (offer && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : offers.length - 1;
      setChosen((chosen + step) % offers.length);
    } else if (offer && (event.key === "Tab" || (event.key === "Enter" && offer.typed !== offer.insert))) {
      complete(offer);
    } else if (offers.length && event.key === "Escape") {
      setDismissed(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      send();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {offers.length > 0 && (
        <ul className="offers" role="listbox" id={listId} aria-label="Suggestions">
          {offers.map((offer, index) => (
            <li
              key={offer.insert}
              role="option"
              id={`${listId}-${index}`}
              aria-selected={index === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                complete(offer);
              }}
            >
              <strong>{offer.insert}</strong> {offer.hint} <span>{offer.about}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={area}
        rows={1}
        value={text}
        placeholder={label}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={offers.length ? listId : undefined}
        aria-activedescendant={offers.length ? `${listId}-${chosen}` : undefined}
        data-testid={threadTs ? "thread-composer" : "composer"}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="send" disabled={!text.trim()} aria-label="Send">
        ➤
      </button>
    </form>
  );
}

// What could stand here: a command at the beginning, a name after an @.
function offersFor(text, world) {
  if (/^\/\S*$/.test(text)) {
    const commands = world.apps.flatMap((app) => app.commands.map((one) => ({ ...one, about: app.name })));
    return [...commands, ...BUILT_IN]
      .filter((one) => one.command.startsWith(text))
      .map((one) => ({ insert: one.command, hint: one.usage_hint, about: one.description, typed: text }));
  }
  const typed = text.match(/(?:^|\s)(@[\w-]*)$/)?.[1];
  if (!typed) return [];
  const names = [...world.apps.filter((app) => app.listens), ...world.users];
  return names
    .filter((one) => `@${one.name}`.startsWith(typed) && `@${one.name}` !== typed)
    .map((one) => ({ insert: `@${one.name}`, hint: "", about: one.realName ?? "app", typed }));
}
