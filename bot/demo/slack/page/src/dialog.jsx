// Dialogs over the page: the browser's own element keeps the keyboard inside and closes on Escape.
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

export function Dialog({ labelledBy, className, onCancel, children }) {
  const dialog = useRef(null);
  useEffect(() => {
    const element = dialog.current;
    element.showModal();
    return () => element.close();
  }, []);
  return createPortal(
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      {children}
    </dialog>,
    document.body,
  );
}

// `[dialog, ask]`: draw the dialog; `ask(run)` runs at once, or after a yes if there is something to confirm.
export function useConfirmation(confirm) {
  const [pending, setPending] = useState(null);
  const ask = (run) => (confirm ? setPending(() => run) : run());
  const answer = (run) => {
    setPending(null);
    run?.();
  };
  if (!pending) return [null, ask];
  const dialog = (
    <Dialog className="confirm" labelledBy="confirm-title" onCancel={() => answer()}>
      <h2 id="confirm-title">{confirm.title?.text ?? "Are you sure?"}</h2>
      <p>{confirm.text.text}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={() => answer()}>
          {confirm.deny?.text ?? "Cancel"}
        </button>
        <button
          type="button"
          className={`button ${confirm.style === "danger" ? "danger-filled" : "primary-filled"}`}
          data-testid="confirm"
          onClick={() => answer(pending)}
        >
          {confirm.confirm?.text ?? "Yes"}
        </button>
      </div>
    </Dialog>
  );
  return [dialog, ask];
}
