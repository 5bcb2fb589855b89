"""The workspace of the demo: two people, two channels, vpclink, and the app that posts CloudWatch alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.demo.slack.workspace import DemoAlarm, SlackApp, SlackChannel, SlackUser, Workspace

# What the manifest of vpclink says where it matters here; pass the real one to use that instead.
_MANIFEST: Mapping[str, Any] = {
    "display_information": {"name": "vpclink", "background_color": "#232f3e"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "vpclink"},
        "shortcuts": [
            {
                "name": "Diagnose this alarm",
                "type": "message",
                "callback_id": "vpclink_diagnose_message",
                "description": "Run the VPC-link diagnosis in this message's thread",
            }
        ],
        "slash_commands": [
            {
                "command": "/vpclink",
                "description": "Diagnose a VPC-link integration",
                "usage_hint": "diagnose <api> <stage>",
                "should_escape": False,
            }
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "groups:history",
                "groups:read",
                "reactions:write",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "app_uninstalled",
                "member_joined_channel",
                "message.channels",
                "message.groups",
                "tokens_revoked",
            ]
        },
        "socket_mode_enabled": True,
    },
}

VPCLINK_APP = "A01VPCLINK"
AMAZON_Q_APP = "A01AMAZONQ"

_AMAZON_Q = SlackApp(
    app_id=AMAZON_Q_APP,
    bot_user_id="U01AMAZONQ",
    bot_id="B01AMAZONQ",
    name="Amazon Q",
    bot_token="xoxb-local-amazon-q",  # noqa: S106 # opens nothing but this local workspace
    signing_secret="local-amazon-q-secret",  # noqa: S106 # opens nothing but this local workspace
    mode="http",
    scopes=frozenset({"chat:write"}),
    color="#7b2cbf",
)

_ALARM = DemoAlarm(
    name="orders-prod-5xx",
    app_id=AMAZON_Q_APP,
    channel="C01INCIDENTS",
    description="The orders API answers 5XX. Runbook: ask vpclink.",
    dimensions=(("ApiName", "orders"), ("Stage", "prod")),
)


def demo_workspace(
    *,
    manifest: Mapping[str, Any] = _MANIFEST,
    mode: Literal["socket", "http"] = "socket",
    request_url: str | None = None,
    alarms: tuple[DemoAlarm, ...] = (_ALARM,),
) -> Workspace:
    """Alice and Bruno, #incidents and #general, vpclink as its manifest describes it, and Amazon Q.

    `mode` chooses how vpclink is reached; `request_url` is where, for `http`.
    """
    vpclink = SlackApp.from_manifest(
        manifest,
        app_id=VPCLINK_APP,
        bot_token="xoxb-local-vpclink",  # noqa: S106 # opens nothing but this local workspace
        app_token="xapp-local-vpclink",  # noqa: S106 # opens nothing but this local workspace
        signing_secret="local-signing-secret",  # noqa: S106 # opens nothing but this local workspace
        mode=mode,
        **({"request_url": request_url} if request_url else {}),
    )
    alice = SlackUser(id="U01ALICE", name="alice", real_name="Alice Martin")
    bruno = SlackUser(id="U01BRUNO", name="bruno", real_name="Bruno Keller", locale="fr-FR")
    everybody = (alice.id, bruno.id, vpclink.bot_user_id, _AMAZON_Q.bot_user_id)
    return Workspace(
        apps=(vpclink, _AMAZON_Q),
        users=(alice, bruno),
        channels=(
            SlackChannel(id="C01INCIDENTS", name="incidents", members=everybody, topic="Alarms, and who looks at them"),
            SlackChannel(id="C01GENERAL", name="general", members=everybody, topic="Everything else"),
        ),
        alarms=alarms,
    )
