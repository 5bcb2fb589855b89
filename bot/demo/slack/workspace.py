"""What a local Slack workspace consists of before anything happens in it. Frozen: state lives elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

# The scope without which Slack refuses a subscription (one of them is enough where two are named).
# https://docs.slack.dev/reference/events
EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SlashCommand(_Frozen):
    """A command that an app registers, such as `/vpclink`."""

    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


class Shortcut(_Frozen):
    """An entry in a message's menu (`message`) or in the composer's (`global`)."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str = ""


class SlackApp(_Frozen):
    """An installed app: who it is, how Slack reaches it, and what it may do."""

    app_id: str
    bot_user_id: str
    bot_id: str
    name: str
    bot_token: str
    signing_secret: str
    app_token: str | None = None
    mode: Literal["socket", "http"] = "socket"
    request_url: str | None = None
    scopes: frozenset[str] = frozenset()
    slash_commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = frozenset()
    home_tab_enabled: bool = False
    color: str = "#4a154b"

    @model_validator(mode="after")
    def _subscriptions_have_scopes(self) -> SlackApp:
        for event in sorted(self.events):
            needed = EVENT_SCOPES.get(event)
            if needed and not self.scopes.intersection(needed):
                raise ValueError(f"{self.name}: the event {event} needs the scope {' or '.join(needed)}")
        return self

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], **identity: Any) -> SlackApp:
        """Read what a Slack app manifest says; `identity` gives what Slack assigns: ids, tokens, signing secret.

        `bot_user_id` and `bot_id` default to the app id with another first letter. A request URL in the manifest is
        used unless `identity` has one.
        """
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        app_id = str(identity["app_id"])
        events = settings.get("event_subscriptions", {})
        fields: dict[str, Any] = {
            "name": features.get("bot_user", {}).get("display_name") or manifest["display_information"]["name"],
            "bot_user_id": f"U{app_id[1:]}",
            "bot_id": f"B{app_id[1:]}",
            "mode": "socket" if settings.get("socket_mode_enabled") else "http",
            "request_url": events.get("request_url") or settings.get("interactivity", {}).get("request_url"),
            "scopes": frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
            "slash_commands": tuple(_only(SlashCommand, item) for item in features.get("slash_commands", ())),
            "shortcuts": tuple(_only(Shortcut, item) for item in features.get("shortcuts", ())),
            "events": frozenset(events.get("bot_events", ())),
            "home_tab_enabled": features.get("app_home", {}).get("home_tab_enabled", False),
        }
        color = manifest.get("display_information", {}).get("background_color")
        return cls(**{**fields, **({"color": color} if color else {}), **identity})


Model = TypeVar("Model", bound=_Frozen)


def _only(model: type[Model], item: Mapping[str, Any]) -> Model:
    """The item's fields that the model knows: a manifest may say more, such as a command's URL."""
    return model(**{key: value for key, value in item.items() if key in model.model_fields})


class SlackUser(_Frozen):
    """A person."""

    id: str
    name: str
    real_name: str
    locale: str = "en-GB"
    time_zone: str = "Europe/Paris"


class SlackChannel(_Frozen):
    """A channel; `members` holds user ids and bot user ids."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False


class UserGroup(_Frozen):
    """A user group, such as `@oncall`."""

    id: str
    handle: str
    users: tuple[str, ...] = ()


class DemoAlarm(_Frozen):
    """A CloudWatch alarm that the page offers to raise and to clear."""

    name: str
    app_id: str
    channel: str
    region: str = "us-east-1"
    account: str = "111122223333"
    description: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()


class Workspace(_Frozen):
    """A workspace: apps, people, channels."""

    team_id: str = "T01LOCAL"
    name: str = "Example"
    domain: str = "example"
    apps: tuple[SlackApp, ...] = ()
    users: tuple[SlackUser, ...] = ()
    channels: tuple[SlackChannel, ...] = ()
    user_groups: tuple[UserGroup, ...] = ()
    alarms: tuple[DemoAlarm, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Workspace:
        people = [user.id for user in self.users] + [app.bot_user_id for app in self.apps]
        for kind, ids in (
            ("user id", people),
            ("app id", [app.app_id for app in self.apps]),
            ("bot token", [app.bot_token for app in self.apps]),
            ("channel id", [channel.id for channel in self.channels]),
        ):
            twice = {one for one in ids if ids.count(one) > 1}
            if twice:
                raise ValueError(f"every {kind} must be unique; given twice: {', '.join(sorted(twice))}")
        for channel in self.channels:
            strangers = set(channel.members) - set(people)
            if strangers:
                raise ValueError(f"#{channel.name} has members that do not exist: {', '.join(sorted(strangers))}")
        return self

    def app(self, app_id: str) -> SlackApp | None:
        """The app with that id."""
        return next((app for app in self.apps if app.app_id == app_id), None)

    def find_app(self, reference: str) -> SlackApp | None:
        """The app with that app id, bot id, bot user id or name."""
        return next(
            (app for app in self.apps if reference in (app.app_id, app.bot_id, app.bot_user_id, app.name)), None
        )

    def find_user(self, reference: str) -> SlackUser | None:
        """The person with that id or name."""
        return next((user for user in self.users if reference in (user.id, user.name)), None)
