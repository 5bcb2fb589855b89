import ast
import json
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp

from bot.demo.slack import SlackApp
from bot.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES, manifest
from handlers import ids, register
from handlers.edge import Edge

ROOT = Path(__file__).parents[1]

METHOD_SCOPES = {
    "api_test": set(),
    "apps_connections_open": set(),  # the app-level token's connections:write
    "auth_test": set(),
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_upload_v2": {"files:write"},
    "reactions_add": {"reactions:write"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
"""The bot scopes of the Web API methods (https://docs.slack.dev/reference/methods)."""

EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
}


def methods_called() -> set[str]:
    """Every Web API method that the code calls on a client; `bot/aws` has clients of another kind."""
    found = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]:
        if {"demo", "aws"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner.endswith("client") and "_" in node.func.attr:
                    found.add(node.func.attr)
    return found


def test_the_file_in_the_repository_is_the_one_for_socket_mode():
    assert json.loads((ROOT / "manifest.json").read_text(encoding="utf-8")) == manifest(None)


def test_scopes_are_those_that_the_code_uses():
    called = methods_called()
    assert called <= set(METHOD_SCOPES), "say which scope this method needs"
    needed = {"commands"}.union(
        *(METHOD_SCOPES[method] for method in called), *(EVENT_SCOPES[event] for event in EVENTS)
    )
    assert needed == set(SCOPES) | set(OPTIONAL_SCOPES)
    assert manifest(None)["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    asked = manifest(None, user_groups=True)["oauth_config"]["scopes"]["bot"]
    assert asked == sorted(set(SCOPES) | set(OPTIONAL_SCOPES))


def test_commands_and_events_are_those_that_have_a_listener():
    bound = Recorder()
    register(bound, Edge(None, None, None))
    assert (
        [c["command"] for c in manifest(None)["features"]["slash_commands"]] == bound.named["command"] == [ids.COMMAND]
    )
    # A subscription names the kind of channel; what is delivered is a `message` from each of them.
    assert {event.split(".")[0] for event in EVENTS} == set(bound.named["event"])
    shortcuts = manifest(None)["features"]["shortcuts"]
    assert [(s["type"], s["callback_id"]) for s in shortcuts] == [("message", ids.DIAGNOSE_ALARM)]
    assert bound.named["message_shortcut"] == [ids.DIAGNOSE_ALARM]
    assert set(bound.caught) >= {"command", "event", "action", "view", "view_closed", "shortcut", "options"}


class Recorder:
    """Writes down what is bound: names, and patterns that catch the rest."""

    def __init__(self):
        self.named: dict[str, list[str]] = {}
        self.caught: list[str] = []
        self.listener_runner = type("Runner", (), {})()

    def __getattr__(self, kind):
        assert hasattr(AsyncApp, kind)

        def bind(what):
            if isinstance(what, str):
                self.named.setdefault(kind, []).append(what)
            elif hasattr(what, "pattern"):
                self.caught.append(kind)
            return lambda listener: listener

        return bind


def test_socket_mode_needs_no_address_and_http_has_one_everywhere():
    socket, http = manifest(None), manifest("https://vpclink.example.com/")
    assert socket["settings"]["socket_mode_enabled"]
    assert "http" not in json.dumps(socket).replace("https://docs", "").replace("HTTP", "")
    assert not http["settings"]["socket_mode_enabled"]
    url = "https://vpclink.example.com/slack/events"
    assert http["settings"]["event_subscriptions"]["request_url"] == url
    assert http["settings"]["interactivity"]["request_url"] == url
    assert http["features"]["slash_commands"][0]["url"] == url


@pytest.mark.parametrize("url", ["https://x.example.com/stage/slack", "https://x.example.com/stage/slack/"])
def test_an_address_with_a_path_of_its_own_is_taken_as_it_is(url):
    assert manifest(url)["settings"]["interactivity"]["request_url"] == "https://x.example.com/stage/slack"


def test_the_lengths_that_slack_allows():
    found = manifest(None)
    assert len(found["display_information"]["name"]) <= 35
    assert len(found["display_information"]["description"]) <= 140
    (command,) = found["features"]["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1000
    (shortcut,) = found["features"]["shortcuts"]
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_slack_would_install_it():
    app = SlackApp.from_manifest(
        manifest(None), app_id="A1", bot_token="xoxb-1", signing_secret="s", app_token="xapp-1", bot_id="B1"
    )
    assert app.slash_commands[0].command == ids.COMMAND
    assert app.shortcuts[0].callback_id == ids.DIAGNOSE_ALARM
