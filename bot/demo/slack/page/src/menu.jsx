// A button that opens a list of things to do. Arrow keys move, Escape closes.
import { useEffect, useRef, useState } from "react";

export function Menu({ label, face, items, onToggle, className = "icon", testId }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);

  const toggle = (next) => {
    setOpen(next);
    onToggle?.(next);
  };
  useEffect(() => {
    if (!open) return undefined;
    root.current.querySelector('[role="menuitem"]')?.focus();
    const onOutside = (event) => {
      if (!root.current.contains(event.target)) toggle(false);
    };
    document.addEventListener("mousedown", onOutside);
    return () => document.removeEventListener("mousedown", onOutside);
  }, [open]);

  const onKeyDown = (event) => {
    const entries = [...root.current.querySelectorAll('[role="menuitem"]')];
    const at = entries.indexOf(document.activeElement);
    if (event.key === "Escape") {
      toggle(false);
      root.current.querySelector("button").focus();
    } else if (event.key === "ArrowDown") {
      entries[(at + 1) % entries.length]?.focus();
    } else if (event.key === "ArrowUp") {
      entries[(at + entries.length - 1) % entries.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="menu" ref={root} onKeyDown={open ? onKeyDown : undefined}>
      <button
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        data-testid={testId}
        onClick={() => toggle(!open)}
      >
        {face}
      </button>
      {open && (
        <ul role="menu" aria-label={label}>
          {items.map((item) => (
            <li key={item.label} role="none">
              <button
                type="button"
                role="menuitem"
                onClick={() => {
                  toggle(false);
                  item.onChoose();
                }}
              >
                {item.label}
                {item.description && <small>{item.description}</small>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
