// An app's Home: the tab that it publishes, and the direct messages with it.
import { useEffect, useState } from "react";

import { Blocks } from "./blocks.jsx";
import { Conversation } from "./channel.jsx";
import { useConnection } from "./connection.js";
import { useViewSurface } from "./view-surface.js";

export function Home({ app, onOpenThread }) {
  const { world, user, act } = useConnection();
  const [tab, setTab] = useState("home");
  const view = world.homes[app.id];
  const direct = world.channels.find((channel) => channel.is_im && channel.members.includes(app.userId));
  useEffect(() => {
    act("home", { user, app: app.id, tab });
  }, [user, app.id, tab]);

  const tabs = [
    ["home", "Home"],
    ["messages", "Messages"],
  ];
  return (
    <main className="pane" aria-label={`${app.name} Home`}>
      <header className="pane-header">
        <h2>
          <img src={`/avatars/${app.userId}.svg`} alt="" /> {app.name}
        </h2>
        <div role="tablist" className="tabs">
          {tabs.map(([id, label]) => (
            <button key={id} role="tab" aria-selected={tab === id} data-testid={`tab-${id}`} onClick={() => setTab(id)}>
              {label}
            </button>
          ))}
        </div>
      </header>
      {tab === "messages" && direct && <Conversation channel={direct} onOpenThread={onOpenThread} />}
      {tab === "home" && (
        <div className="home" data-testid="home" role="tabpanel" tabIndex={0}>
          {view ? <HomeView key={view.id} view={view} /> : <p className="empty">{app.name} has published nothing yet.</p>}
        </div>
      )}
    </main>
  );
}

function HomeView({ view }) {
  return <Blocks blocks={view.blocks} surface={useViewSurface(view)} />;
}
