// A select menu with type-ahead: fixed options, people, channels, or options that the app offers for what was typed.
import { useEffect, useId, useRef, useState } from "react";

import { useConnection } from "./connection.js";
import { isMulti } from "./values.js";

const DEFAULT_QUERY_LENGTH = 3;
const TYPING_MILLISECONDS = 250;

export function Select({ element, value, field, testId, load, onChoose }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const { options, state } = useOptions(element, open, query, load);
  const labels = useLabels(element, options);
  const root = useRef(null);
  const input = useRef(null);
  const listId = useId();
  const multi = isMulti(element);
  const chosen = multi ? (value ?? []) : value ? [value] : [];
  const placeholder = element.placeholder?.text ?? "Choose…";
  const single = !multi && chosen[0] ? labels(chosen[0]) : "";

  useEffect(() => {
    if (!open) return undefined;
    const onOutside = (event) => {
      if (!root.current.contains(event.target)) setOpen(false);
    };
    document.addEventListener("mousedown", onOutside);
    return () => document.removeEventListener("mousedown", onOutside);
  }, [open]);
  useEffect(() => setActive(0), [query, options.length]);

  const choose = (option) => {
    const already = chosen.includes(option.value);
    setQuery("");
    if (!multi) setOpen(false);
    onChoose(!multi ? option.value : already ? chosen.filter((one) => one !== option.value) : [...chosen, option.value]);
  };
  const onKeyDown = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : options.length - 1;
      if (open && options.length) setActive((active + step) % options.length);
    } else if (event.key === "Enter" && open) {
      if (options[active]) choose(options[active]);
    } else if (event.key === "Escape" && open) {
      setOpen(false);
      event.stopPropagation();
    } else if (event.key === "Backspace" && multi && !query && chosen.length) {
      onChoose(chosen.slice(0, -1));
      return;
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div className="select" ref={root} data-testid={testId}>
      {multi &&
        chosen.map((one) => (
          <span key={one} className="chip">
            {labels(one)}
            <button
              type="button"
              aria-label={`Remove ${labels(one)}`}
              onClick={() => onChoose(chosen.filter((other) => other !== one))}
            >
              ✕
            </button>
          </span>
        ))}
      <input
        ref={input}
        id={field?.id}
        role="combobox"
        aria-label={field ? undefined : placeholder}
        aria-describedby={field?.describedBy}
        aria-invalid={field?.invalid || undefined}
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={open && options[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        className={single && !open ? "text-input chosen" : "text-input"}
        placeholder={single || placeholder}
        value={open ? query : single}
        onChange={(event) => {
          setQuery(event.target.value);
          setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      {open && (
        <ul role="listbox" id={listId} aria-label={placeholder} aria-multiselectable={multi || undefined}>
          {options.map((option, index) => (
            <li
              key={option.value}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={chosen.includes(option.value)}
              className={index === active ? "active" : ""}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(option);
              }}
            >
              {option.group && <small className="group">{option.group}</small>}
              {option.text.text}
              {option.description && <small>{option.description.text}</small>}
            </li>
          ))}
          {options.length === 0 && (
            <li className="none" role="presentation">
              {state}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

const flat = (options, groups) => [
  ...(options ?? []),
  ...(groups ?? []).flatMap((group) =>
    group.options.map((option, index) => (index ? option : { ...option, group: group.label.text })),
  ),
];

// The options to show now, and what to say if there are none.
function useOptions(element, open, query, load) {
  const { world } = useConnection();
  const [offered, setOffered] = useState([]);
  const [state, setState] = useState("");
  const external = element.type.endsWith("external_select");
  const shortest = element.min_query_length ?? DEFAULT_QUERY_LENGTH;

  useEffect(() => {
    if (!external || !open) return undefined;
    if (query.length < shortest) {
      setOffered([]);
      setState(`Type at least ${shortest} characters`);
      return undefined;
    }
    let current = true;
    setState("Asking the app…");
    const timer = setTimeout(async () => {
      const answer = await load(query);
      if (!current) return;
      const given = answer.options ?? [];
      setOffered(given[0]?.options ? flat([], given) : given);
      setState(answer.ok ? "No matches" : "The app offered nothing");
    }, TYPING_MILLISECONDS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [external, open, query, shortest]);

  if (external) return { options: offered, state };
  const all = flat(element.options, element.option_groups).concat(knownOptions(element.type, world));
  const wanted = query.toLowerCase();
  return { options: all.filter((one) => one.text.text.toLowerCase().includes(wanted)), state: "No matches" };
}

function knownOptions(type, world) {
  const option = (value, text) => ({ value, text: { text } });
  if (type.endsWith("users_select")) return world.users.map((user) => option(user.id, user.realName));
  if (type.endsWith("channels_select") || type.endsWith("conversations_select")) {
    return world.channels.filter((channel) => !channel.is_im).map(({ id, name }) => option(id, `#${name}`));
  }
  return [];
}

// The label of a chosen value, remembered from when it was on offer.
function useLabels(element, options) {
  const { world } = useConnection();
  const seen = useRef(new Map());
  const first = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean);
  const everything = [...first, ...flat(element.options, element.option_groups), ...knownOptions(element.type, world)];
  for (const option of [...everything, ...options]) seen.current.set(option.value, option.text.text);
  return (value) => seen.current.get(value) ?? value;
}
