// What can be clicked, chosen or filled in. A value is a plain one: an option's value, an id, a text, or a list of them.
import { useState } from "react";

import { Markup } from "./drawn.jsx";
import { useConfirmation } from "./dialog.jsx";
import { Menu } from "./menu.jsx";
import { Select } from "./select.jsx";
import { momentToSeconds, secondsToMoment, valueOf } from "./values.js";

export function Element(props) {
  const Kind = KINDS[props.element.type];
  if (!Kind) return <span className="unknown">[{props.element.type}]</span>;
  return <Kind {...props} testId={`action-${props.element.action_id}`} />;
}

// The value of an element: in a view it is kept with the view, in a message by the element itself.
function useValue({ block, element, surface }) {
  const [own, setOwn] = useState(() => valueOf(element));
  const kept = surface.values;
  const value = kept ? kept[block.block_id]?.[element.action_id] : own;
  const isQuiet = block.type === "input" && !block.dispatch_action;
  const enter = (next, { tell = !isQuiet } = {}) => {
    if (kept) surface.enter(block.block_id, element.action_id, next);
    else setOwn(next);
    if (tell) surface.act(element.action_id, block.block_id, next);
  };
  return [value, enter, isQuiet];
}

function Button({ block, element, surface, testId, value = element.value, text = element.text }) {
  const [busy, setBusy] = useState(false);
  const [confirmation, confirm] = useConfirmation(element.confirm);
  const press = () =>
    confirm(async () => {
      if (element.url) window.open(element.url, "_blank", "noreferrer");
      setBusy(true);
      await surface.act(element.action_id, block.block_id, value);
      setBusy(false);
    });
  return (
    <>
      <button
        type="button"
        className={`button ${element.style ?? ""}`}
        aria-label={element.accessibility_label}
        aria-busy={busy}
        data-testid={testId}
        onClick={press}
      >
        {text.text}
      </button>
      {confirmation}
    </>
  );
}

function Feedback(props) {
  const { positive_button: good, negative_button: bad } = props.element;
  return (
    <div className="feedback">
      {[good, bad].map((one) => (
        <Button key={one.value} {...props} element={{ ...props.element, ...one }} value={one.value} text={one.text} />
      ))}
    </div>
  );
}

function Overflow({ block, element, surface, testId }) {
  const [confirmation, confirm] = useConfirmation(element.confirm);
  const items = element.options.map((option) => ({
    label: option.text.text,
    description: option.description?.text,
    onChoose: () =>
      confirm(() => {
        if (option.url) window.open(option.url, "_blank", "noreferrer");
        surface.act(element.action_id, block.block_id, option.value);
      }),
  }));
  return (
    <>
      <Menu label="More" face="⋯" items={items} className="button overflow" testId={testId} />
      {confirmation}
    </>
  );
}

function Dropdown(props) {
  const { block, element, surface, field, testId } = props;
  const [value, enter] = useValue(props);
  const [confirmation, confirm] = useConfirmation(element.confirm);
  return (
    <>
      <Select
        element={element}
        value={value}
        field={field}
        testId={testId}
        load={(query) => surface.options(element.action_id, block.block_id, query)}
        onChoose={(next) => confirm(() => enter(next))}
      />
      {confirmation}
    </>
  );
}

function Choices(props) {
  const { element, field, testId } = props;
  const [value, enter] = useValue(props);
  const [confirmation, confirm] = useConfirmation(element.confirm);
  const many = element.type === "checkboxes";
  const chosen = many ? (value ?? []) : [value];
  const pick = (one, on) => (many ? (on ? [...chosen, one] : chosen.filter((other) => other !== one)) : one);
  return (
    <div
      className="choices"
      role={many ? "group" : "radiogroup"}
      aria-labelledby={field?.labelledBy}
      aria-describedby={field?.describedBy}
      data-testid={testId}
    >
      {element.options.map((option) => (
        <label key={option.value}>
          <input
            type={many ? "checkbox" : "radio"}
            checked={chosen.includes(option.value)}
            onChange={(event) => confirm(() => enter(pick(option.value, event.target.checked)))}
          />
          <span>
            {option.text.type === "mrkdwn" ? <Markup text={option.text.text} /> : option.text.text}
            {option.description && <small>{option.description.text}</small>}
          </span>
        </label>
      ))}
      {confirmation}
    </div>
  );
}

const DATE_INPUTS = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function Moment(props) {
  const { element, field, testId } = props;
  const [value, enter] = useValue(props);
  const inSeconds = element.type === "datetimepicker";
  return (
    <input
      {...inputProps(field, testId)}
      className="text-input short"
      type={DATE_INPUTS[element.type]}
      aria-label={field ? undefined : (element.placeholder?.text ?? element.type)}
      value={inSeconds ? secondsToMoment(value) : (value ?? "")}
      onChange={(event) => enter(inSeconds ? momentToSeconds(event.target.value) : event.target.value)}
    />
  );
}

const TEXT_INPUTS = { email_text_input: "email", url_text_input: "url", number_input: "text" };

function TextField(props) {
  const { element, field, testId } = props;
  const [value, enter, isQuiet] = useValue(props);
  const moments = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const onEveryKey = !isQuiet && moments.includes("on_character_entered");
  const common = {
    ...inputProps(field, testId),
    className: "text-input",
    placeholder: element.placeholder?.text,
    value: value ?? "",
    onChange: (event) => enter(event.target.value, { tell: onEveryKey }),
  };
  if (element.multiline || element.type === "rich_text_input") return <textarea rows={5} {...common} />;
  const onKeyDown = (event) => {
    if (event.key === "Enter" && !isQuiet && moments.includes("on_enter_pressed")) {
      event.preventDefault();
      enter(event.target.value, { tell: true });
    }
  };
  const numeric = element.type === "number_input" ? { inputMode: "decimal" } : {};
  return <input type={TEXT_INPUTS[element.type] ?? "text"} {...numeric} {...common} onKeyDown={onKeyDown} />;
}

const inputProps = (field, testId) => ({
  id: field?.id,
  "aria-describedby": field?.describedBy,
  "aria-invalid": field?.invalid || undefined,
  "data-testid": testId,
});

const SELECTS = ["static", "external", "users", "conversations", "channels"];

const KINDS = {
  button: Button,
  workflow_button: Button,
  icon_button: Button,
  feedback_buttons: Feedback,
  overflow: Overflow,
  checkboxes: Choices,
  radio_buttons: Choices,
  datepicker: Moment,
  timepicker: Moment,
  datetimepicker: Moment,
  plain_text_input: TextField,
  email_text_input: TextField,
  url_text_input: TextField,
  number_input: TextField,
  rich_text_input: TextField,
  image: ({ element }) => <img className="accessory" src={element.image_url} alt={element.alt_text} />,
  ...Object.fromEntries(SELECTS.flatMap((one) => [`${one}_select`, `multi_${one}_select`]).map((kind) => [kind, Dropdown])),
};
