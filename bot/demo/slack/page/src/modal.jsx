// An app's modal: filled in, submitted, closed.
import { useState } from "react";

import { Blocks } from "./blocks.jsx";
import { useConnection } from "./connection.js";
import { Dialog } from "./dialog.jsx";
import { useViewSurface } from "./view-surface.js";

export function Modal({ view, depth }) {
  const { world, user, act } = useConnection();
  const surface = useViewSurface(view);
  const [busy, setBusy] = useState(false);
  const app = world.apps.find((one) => one.id === view.app_id);
  const place = { viewId: view.id, user };

  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    await act("interact", { ...place, submit: true, values: surface.values });
    setBusy(false);
  };
  return (
    <Dialog className="modal" labelledBy="modal-title" onCancel={() => act("interact", { ...place, close: true })}>
      <form onSubmit={submit} noValidate data-testid="modal">
        <header>
          <img src={`/avatars/${app.userId}.svg`} alt="" />
          <h2 id="modal-title">{view.title.text}</h2>
          <button
            type="button"
            className="icon"
            aria-label={depth > 1 ? "Close all" : "Close"}
            onClick={() => act("interact", { ...place, close: true, everything: true })}
          >
            ✕
          </button>
        </header>
        <div className="modal-body">
          {view.trouble && (
            <p className="trouble" role="alert">
              {view.trouble}
            </p>
          )}
          <Blocks blocks={view.blocks} surface={surface} />
        </div>
        <footer className="dialog-buttons">
          <button
            type="button"
            className="button"
            data-testid="modal-close"
            onClick={() => act("interact", { ...place, close: true })}
          >
            {view.close?.text ?? "Close"}
          </button>
          {view.submit && (
            <button type="submit" className="button primary-filled" data-testid="modal-submit" aria-busy={busy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}
