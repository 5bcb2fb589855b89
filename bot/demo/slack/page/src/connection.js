// The live picture of the workspace, and the way to act in it as the person whose page this is.
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";

export const WorkspaceContext = createContext(null);
export const useConnection = () => useContext(WorkspaceContext);

const COMPLAINT_MILLISECONDS = 6000;

export function useWorkspace(user) {
  const [world, setWorld] = useState(null);
  const [failed, setFailed] = useState(false);
  const [complaint, setComplaint] = useState("");
  // Ephemeral messages do not outlive a reload, in Slack neither: older ones are not shown.
  const [opened, setOpened] = useState(null);

  useEffect(() => {
    const stream = new EventSource(`/_page/stream?user=${encodeURIComponent(user)}`);
    stream.onmessage = ({ data }) => {
      const next = JSON.parse(data);
      setFailed(false);
      setOpened((before) => before ?? next.now);
      setWorld(next);
    };
    stream.onerror = () => setFailed(true);
    return () => stream.close();
  }, [user]);

  useEffect(() => {
    if (!complaint) return undefined;
    const timer = setTimeout(() => setComplaint(""), COMPLAINT_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [complaint]);

  const act = useCallback(
    async (path, body = {}) => {
      try {
        const response = await fetch(`/_control/${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        });
        const answer = await response.json();
        if (!answer.ok) setComplaint(answer.error);
        return answer;
      } catch {
        setComplaint("The local Slack did not answer.");
        return { ok: false };
      }
    },
    [setComplaint],
  );

  // The same object as long as nobody's name changes, so that what is drawn with it can be kept.
  const names = world && JSON.stringify(namesOf(world));
  const data = useMemo(() => JSON.parse(names), [names]);
  return { world, failed, complaint, opened, act, user: world?.user, data };
}

// The names behind ids, in the form in which the block renderer takes them.
function namesOf(world) {
  return {
    users: [
      ...world.users.map(({ id, name }) => ({ id, name })),
      ...world.apps.map(({ userId, name }) => ({ id: userId, name })),
    ],
    channels: world.channels.map(({ id, name }) => ({ id, name: name ?? "direct message" })),
    user_groups: [],
  };
}

export function authorOf(world, message) {
  const app = world.apps.find((one) => one.userId === message.user);
  if (app) return { name: app.name, isApp: true };
  const person = world.users.find((one) => one.id === message.user);
  return { name: person?.realName ?? "Slackbot", isApp: !person };
}

export const shownMessages = ({ world, opened }, channel) =>
  (world.messages[channel] ?? []).filter((message) => !message.is_ephemeral || Number(message.ts) >= opened);
