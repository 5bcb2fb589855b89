// Block Kit. What can be clicked, and what the renderer lacks, is drawn here; the rest by slack-blocks-to-jsx.
import { useId, useState } from "react";

import { DataTable } from "./data.jsx";
import { Drawn, Markup } from "./drawn.jsx";
import { Element } from "./elements.jsx";

export function Blocks({ blocks, surface }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <Block key={block.block_id ?? index} block={block} surface={surface} />
      ))}
    </div>
  );
}

function Block({ block, surface }) {
  const Own = OWN[block.type];
  if (Own) return <Own block={block} surface={surface} />;
  return <Drawn block={block} />;
}

function Section({ block, surface }) {
  const { accessory, ...rest } = block;
  if (!accessory) return <Drawn block={rest} />;
  return (
    <div className="with-accessory">
      <Drawn block={rest} />
      <Element block={block} element={accessory} surface={surface} />
    </div>
  );
}

function Actions({ block, surface }) {
  return (
    <div className="actions">
      {block.elements.map((element) => (
        <Element key={element.action_id} block={block} element={element} surface={surface} />
      ))}
    </div>
  );
}

function Input({ block, surface }) {
  const id = useId();
  const error = surface.errors?.[block.block_id];
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={error ? "input invalid" : "input"} data-testid={`input-${block.block_id}`}>
      <label htmlFor={id} id={`${id}-label`}>
        {block.label.text} {block.optional && <span>(optional)</span>}
      </label>
      <Element
        block={block}
        element={block.element}
        surface={surface}
        field={{ id, labelledBy: `${id}-label`, describedBy: described, invalid: Boolean(error) }}
      />
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p className="hint" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
    </div>
  );
}

function Container({ block, surface }) {
  const [open, setOpen] = useState(!(block.is_collapsible && block.default_collapsed));
  const id = useId();
  const title = block.title ? block.title.text : <Drawn block={block.rich_text_title} />;
  const head = (
    <>
      {block.icon && <Picture image={block.icon} className="container-icon" />}
      <span>
        <strong>{title}</strong>
        {block.subtitle && <Markup text={block.subtitle.text} />}
      </span>
    </>
  );
  return (
    <section className={`container-block ${block.width ?? "standard"}`}>
      {block.is_collapsible ? (
        <button className="container-head" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          <span className="chevron" aria-hidden="true">
            {open ? "▾" : "▸"}
          </span>
          {head}
        </button>
      ) : (
        <div className="container-head">{head}</div>
      )}
      {open && (
        <div id={id} className={block.has_header_divider ? "container-body divided" : "container-body"}>
          <Blocks blocks={block.child_blocks} surface={surface} />
        </div>
      )}
    </section>
  );
}

const sourceOf = (image) =>
  image.image_url ?? image.slack_file?.url ?? `/files/${image.slack_file.id}/${encodeURIComponent(image.alt_text)}`;

function Picture({ image, className }) {
  return <img className={className} src={sourceOf(image)} alt={image.alt_text} />;
}

function Image({ block }) {
  return (
    <figure className="picture">
      {block.title && <figcaption>{block.title.text}</figcaption>}
      <a href={sourceOf(block)} target="_blank" rel="noreferrer">
        <Picture image={block} />
      </a>
    </figure>
  );
}

const STATUS = {
  pending: ["○", "to do"],
  in_progress: ["", "in progress"],
  complete: ["✓", "done"],
  error: ["!", "failed"],
};

function Task({ block }) {
  const [face, words] = STATUS[block.status];
  return (
    <div className={`task ${block.status}`}>
      <span className="task-state" role="img" aria-label={words}>
        {face}
      </span>
      <div>
        <p>{block.title}</p>
        {block.details && <Drawn block={block.details} />}
        {block.output && <Drawn block={block.output} />}
        {block.sources?.map((source) => (
          <a key={source.url} className="source" href={source.url} target="_blank" rel="noreferrer">
            {source.text}
          </a>
        ))}
      </div>
    </div>
  );
}

function Plan({ block }) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  return (
    <section className="plan" aria-label={block.title}>
      <p className="plan-title">
        <strong>{block.title}</strong>
        <span>
          {done} of {tasks.length}
        </span>
      </p>
      <ol>
        {tasks.map((task) => (
          <li key={task.task_id}>
            <Task block={task} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Card({ block, surface }) {
  return (
    <section className="card">
      {block.hero_image && <Picture image={block.hero_image} className="hero" />}
      <div className="card-head">
        {block.icon && <Picture image={block.icon} className="container-icon" />}
        <div>
          {block.title && <Markup text={block.title.text} />}
          {block.subtitle && <Markup text={block.subtitle.text} />}
        </div>
      </div>
      {block.body && <Markup text={block.body.text} />}
      {block.actions && <Actions block={{ ...block, elements: block.actions }} surface={surface} />}
    </section>
  );
}

function Carousel({ block, surface }) {
  return (
    <div className="carousel" role="group" aria-label="Cards" tabIndex={0}>
      {block.elements.map((card) => (
        <Card key={card.block_id} block={card} surface={surface} />
      ))}
    </div>
  );
}

const OWN = {
  actions: Actions,
  card: Card,
  carousel: Carousel,
  container: Container,
  context_actions: Actions,
  data_table: DataTable,
  image: Image,
  input: Input,
  plan: Plan,
  section: Section,
  task_card: Task,
};
