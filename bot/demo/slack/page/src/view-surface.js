// What the elements of a view talk to: the values entered so far, the errors shown, the way to the app.
import { useState } from "react";

import { useConnection } from "./connection.js";
import { plainValues } from "./values.js";

export function useViewSurface(view) {
  const { user, act } = useConnection();
  const [entered, setEntered] = useState({});
  const place = { viewId: view.id, user };

  // What the app put there, and over it what the person entered, as far as the elements are still there.
  const values = plainValues(view.state);
  for (const [blockId, actions] of Object.entries(entered)) {
    for (const [actionId, value] of Object.entries(actions)) {
      if (actionId in (values[blockId] ?? {})) values[blockId][actionId] = value;
    }
  }
  return {
    values,
    errors: view.errors,
    enter: (blockId, actionId, value) =>
      setEntered((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: value } })),
    act: (action, blockId, value) => act("interact", { ...place, action, block_id: blockId, value }),
    options: (action, blockId, query) => act("options", { ...place, action, block_id: blockId, query }),
  };
}
