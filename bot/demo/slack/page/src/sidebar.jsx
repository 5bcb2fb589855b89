// The left column: whose page this is, channels, apps, and the alarms that can be raised.
import { useConnection } from "./connection.js";

export function Sidebar({ here, onChoose, onSwitchUser }) {
  const { world, act } = useConnection();
  const channels = world.channels.filter((channel) => !channel.is_im);
  const channelName = (id) => channels.find((channel) => channel.id === id)?.name ?? "a channel";
  return (
    <nav className="sidebar" aria-label="Workspace">
      <h1>{world.workspace}</h1>
      <p className="local">A local Slack, on this machine</p>
      <label className="user-switch">
        <span>You are</span>
        <select data-testid="user-switch" value={world.user} onChange={(event) => onSwitchUser(event.target.value)}>
          {world.users.map((user) => (
            <option key={user.id} value={user.id}>
              {user.realName}
            </option>
          ))}
        </select>
      </label>
      <h2>Channels</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.id}>
            <button
              className="place"
              data-testid={`channel-${channel.name}`}
              aria-current={here.channel === channel.id ? "page" : undefined}
              onClick={() => onChoose({ channel: channel.id })}
            >
              <span aria-hidden="true">{channel.is_private ? "🔒" : "#"}</span> {channel.name}
            </button>
          </li>
        ))}
      </ul>
      <h2>Apps</h2>
      <ul>
        {world.apps.map((app) => (
          <li key={app.id}>
            {app.hasHome ? (
              <button
                className="place"
                data-testid={`app-${app.name}`}
                aria-current={here.app === app.id ? "page" : undefined}
                onClick={() => onChoose({ app: app.id })}
              >
                <AppLine app={app} />
              </button>
            ) : (
              <span className="place">
                <AppLine app={app} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {world.alarms.length > 0 && (
        <section className="alarms" aria-labelledby="alarms-title">
          <h2 id="alarms-title">Alarms by Amazon Q</h2>
          {world.alarms.map((alarm) => (
            <div key={alarm.name} className="alarm">
              <p>
                <strong>{alarm.name}</strong> in #{channelName(alarm.channel)}
              </p>
              <button
                className="raise"
                data-testid={`raise-${alarm.name}`}
                onClick={() => act("alarm", { name: alarm.name, state: "ALARM" })}
              >
                🚨 Raise
              </button>
              <button
                data-testid={`clear-${alarm.name}`}
                onClick={() => act("alarm", { name: alarm.name, state: "OK" })}
              >
                ✅ Back to OK
              </button>
            </div>
          ))}
        </section>
      )}
      <p className="footnote">
        <a href="/_control/log" target="_blank" rel="noreferrer">
          Journal of every call
        </a>
        {" · "}
        <a href="/page/THIRD_PARTY_LICENSES.txt" target="_blank" rel="noreferrer">
          Licences
        </a>
        <br />
        Drawn close to Slack, not by Slack.
      </p>
    </nav>
  );
}

function AppLine({ app }) {
  const state = app.listens ? (app.reachable ? "connected" : "not connected") : "";
  return (
    <>
      <img src={`/avatars/${app.userId}.svg`} alt="" /> {app.name}
      {state && <span className={`dot ${app.reachable ? "on" : "off"}`} title={state} aria-label={state} role="img" />}
    </>
  );
}
