"""The Slack app's manifest: what is used now, and nothing more (https://docs.slack.dev/reference/app-manifest)."""

from __future__ import annotations

from typing import Any, Final

from handlers.ids import COMMAND, DIAGNOSE_ALARM
from handlers.web import EVENTS_PATH

SCOPES: Final[dict[str, str]] = {
    "app_mentions:read": "be asked in a thread: @vpclink diagnose …",
    "channels:history": "hear alarms, and find its own message again after a lost reply or a restart",
    "chat:write": "post and edit the report",
    "commands": "the slash command",
    "files:write": "share the drawing of the path, the log lines and the evidence of a report in its thread",
    "groups:history": "the same as channels:history, in private channels",
    "reactions:write": "put a check mark on an alarm that has recovered",
    "users:read": "answer people in the language that their Slack is set to (VPCLINK_LANGUAGE)",
}
"""Why each scope is asked for."""

OPTIONAL_SCOPES: Final[dict[str, str]] = {
    "usergroups:read": "know who is in a user group that access rules name (docs/accounts.md)",
}
"""Asked for only where they are wanted."""

EVENTS: Final = ("app_home_opened", "app_mention", "message.channels", "message.groups")


def manifest(request_url: str | None, *, user_groups: bool = False) -> dict[str, Any]:
    """The manifest. With the public URL of the bot it is for HTTP, without one for Socket Mode. `user_groups` adds the
    scope that access rules for user groups need.
    """
    url = {} if request_url is None else {"url": _events_url(request_url)}
    request = {} if request_url is None else {"request_url": _events_url(request_url)}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "vpclink",
            "description": "Finds why an API Gateway API behind a VPC link answers HTTP 500",
            "background_color": "#232f3e",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "vpclink", "always_online": True},
            "shortcuts": [
                {
                    "name": "Diagnose this alarm",
                    "type": "message",
                    "callback_id": DIAGNOSE_ALARM,
                    "description": "Find out in its thread why the API of this alarm fails",
                }
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    **url,
                    "description": "Find why an API behind a VPC link answers HTTP 500",
                    "usage_hint": "[diagnose | logs | explain | history | watch | unwatch | doctor | help] …",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted([*SCOPES, *(OPTIONAL_SCOPES if user_groups else ())])}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _events_url(request_url: str) -> str:
    """The path that the bot listens on, unless the URL has one of its own."""
    base = request_url.rstrip("/")
    return base if base.count("/") > 2 else base + EVENTS_PATH
