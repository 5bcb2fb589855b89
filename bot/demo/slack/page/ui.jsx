// The page of the local Slack: channels, threads, App Homes and modals, as one person sees them.
import "slack-blocks-to-jsx/dist/style.css";
import "./src/style.css";
import "./src/sidebar.css";
import "./src/messages.css";
import "./src/composer.css";
import "./src/block-kit.css";
import "./src/forms.css";

import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import { Channel } from "./src/channel.jsx";
import { useWorkspace, WorkspaceContext } from "./src/connection.js";
import { Home } from "./src/home.jsx";
import { Modal } from "./src/modal.jsx";
import { Sidebar } from "./src/sidebar.jsx";
import { Thread } from "./src/thread.jsx";

const USER_KEY = "local-slack-user";

function addressed() {
  const match = location.pathname.match(/^\/archives\/([^/]+)\/p(\d+)(\d{6})$/);
  return match ? { channel: match[1], ts: `${match[2]}.${match[3]}` } : null;
}

function App() {
  const [user, setUser] = useState(() => localStorage.getItem(USER_KEY) ?? "alice");
  const connection = useWorkspace(user);
  const { world } = connection;
  const [link] = useState(addressed);
  const [place, setPlace] = useState(link ? { channel: link.channel } : null);
  const [thread, setThread] = useState(null);

  useEffect(() => {
    const linked = link && world?.messages[link.channel]?.find((message) => message.ts === link.ts);
    if (linked?.thread_ts) setThread({ channel: link.channel, ts: linked.thread_ts });
  }, [link, Boolean(world)]);

  if (!world) {
    const text = connection.failed ? "The local Slack is not running any more." : "Opening the workspace…";
    return (
      <p className="loading" role="status">
        {text}
      </p>
    );
  }
  const choose = (next) => {
    setPlace(next);
    setThread(null);
  };
  const switchUser = (next) => {
    localStorage.setItem(USER_KEY, next);
    setUser(next);
    setThread(null);
  };
  const channels = world.channels.filter((channel) => !channel.is_im);
  const here = place ?? { channel: channels[0]?.id };
  const channel = world.channels.find((one) => one.id === here.channel);
  const app = world.apps.find((one) => one.id === here.app);
  const modal = world.modals.at(-1);
  return (
    <WorkspaceContext.Provider value={connection}>
      <div className={thread ? "slack with-thread" : "slack"}>
        <Sidebar here={here} onChoose={choose} onSwitchUser={switchUser} />
        {app ? (
          <Home key={app.id} app={app} onOpenThread={setThread} />
        ) : channel ? (
          <Channel key={channel.id} channel={channel} highlight={link?.ts} onOpenThread={setThread} />
        ) : (
          <main className="pane">
            <p className="empty">You are in no channel.</p>
          </main>
        )}
        {thread && <Thread key={thread.ts} {...thread} onClose={() => setThread(null)} />}
      </div>
      {modal && <Modal key={modal.id} view={modal} depth={world.modals.length} />}
      <div className="toasts" role="status" aria-live="polite">
        {connection.complaint && <p className="toast">{connection.complaint}</p>}
      </div>
    </WorkspaceContext.Provider>
  );
}

createRoot(document.getElementById("root")).render(<App />);
