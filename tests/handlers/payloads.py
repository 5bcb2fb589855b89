"""Real-shaped payloads, signed as Slack signs them, and an app without a network to send them to."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.access import Guard, open_to_all
from bot.demo.slack.delivery.signing import signature_headers
from bot.jobs.interface import PutResult
from bot.jobs.message import check_envelope, encode_body, job_id
from bot.report.render import Renderer
from handlers import ids
from handlers.languages import Languages

SECRET = "local-signing-secret"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TRIGGER = "13345224609.738474920.8088930838d88f008e0"
RESPONSE_URL = "http://127.0.0.1:9/response"


@dataclass
class Jobs:
    """A queue that keeps what is put; `trouble` is raised instead."""

    put_jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    trouble: Exception | None = None

    async def put(self, kind, body, *, key, group=None, delay=0):
        if self.trouble:
            raise self.trouble
        check_envelope(kind, key, group, delay)
        encode_body(body)
        duplicate = key in self.put_jobs
        self.put_jobs.setdefault(key, {"kind": kind, **body, "group": group})
        return PutResult(job_id(key), duplicate)

    @property
    def only(self) -> dict[str, Any]:
        (job,) = self.put_jobs.values()
        return job


class Client(AsyncWebClient):
    """A Web API that writes down what it is asked; `errors` has Slack's refusals by method."""

    def __init__(self, calls: list[tuple[str, dict[str, Any]]], errors: dict[str, str]) -> None:
        super().__init__(base_url="http://127.0.0.1:9/api/")
        self.calls, self.errors = calls, errors

    async def api_call(self, api_method: str, **arguments: Any) -> Any:  # type: ignore[override]
        sent = {**(arguments.get("params") or {}), **(arguments.get("json") or {}), **(arguments.get("data") or {})}
        self.calls.append((api_method, {k: v for k, v in sent.items() if v is not None}))
        if api_method in self.errors:
            raise SlackApiError("refused", {"ok": False, "error": self.errors[api_method]})
        return {"ok": True, "ts": "1.000001"}


def signed(body: str, content_type: str, *, secret: str = SECRET, **headers: str) -> AsyncBoltRequest:
    given = {"content-type": content_type, **signature_headers(secret, int(time.time()), body.encode()), **headers}
    return AsyncBoltRequest(body=body, headers={name.lower(): value for name, value in given.items()})


def _signatures(stamp: int, body: str) -> dict[str, list[str]]:
    return {name.lower(): [value] for name, value in signature_headers(SECRET, stamp, body.encode()).items()}


def command(text: str, name: str = "/vpclink", **changes: str) -> AsyncBoltRequest:
    payload = {
        "token": "verification-token",
        "team_id": "T01TEST",
        "team_domain": "example",
        "channel_id": "C01",
        "channel_name": "incidents",
        "user_id": "U01ALICE",
        "user_name": "alice",
        "command": name,
        "text": text,
        "api_app_id": "A01",
        "is_enterprise_install": "false",
        "response_url": RESPONSE_URL,
        "trigger_id": TRIGGER,
        **changes,
    }
    return signed(urlencode(payload), FORM)


def mention(
    text: str, *, event_id: str = "Ev01", headers: dict[str, str] | None = None, **changes: Any
) -> AsyncBoltRequest:
    event = {
        "type": "app_mention",
        "user": "U01ALICE",
        "text": text,
        "ts": "1700000000.000100",
        "channel": "C01",
        "event_ts": "1700000000.000100",
        **changes,
    }
    return event_callback({key: value for key, value in event.items() if value is not None}, event_id, headers or {})


def event_callback(
    event: dict[str, Any], event_id: str = "Ev01", headers: dict[str, str] | None = None
) -> AsyncBoltRequest:
    payload = {
        "token": "verification-token",
        "team_id": "T01TEST",
        "api_app_id": "A01",
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1700000000,
        "authorizations": [{"team_id": "T01TEST", "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}],
    }
    return signed(json.dumps(payload), JSON, **(headers or {}))


def pressed(
    action_id: str,
    value: str,
    *,
    action_ts: str = "1700000009.000001",
    action: dict[str, Any] | None = None,
    ephemeral: bool = False,
    **changes: Any,
) -> AsyncBoltRequest:
    """A button in a message, or another `action`; `thread_ts` puts the message into a thread."""
    message = {"type": "message", "user": "U0BOT", "ts": "1700000000.000200", **changes}
    body = {
        "type": "block_actions",
        "user": {"id": "U01ALICE", "username": "alice", "team_id": "T01TEST"},
        "api_app_id": "A01",
        "token": "verification-token",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": "C01", "is_ephemeral": ephemeral},
        "trigger_id": TRIGGER,
        "team": {"id": "T01TEST", "domain": "example"},
        "channel": {"id": "C01", "name": "incidents"},
        "message": message,
        "response_url": RESPONSE_URL,
        "actions": [
            {
                **(action or {"type": "button", "value": value}),
                "action_id": action_id,
                "block_id": "b",
                "action_ts": action_ts,
            }
        ],
    }
    return signed(urlencode({"payload": json.dumps(body)}), FORM)


def in_modal(
    action: dict[str, Any], private_metadata: str, callback_id: str = ids.LOGS_VIEW, **view: Any
) -> AsyncBoltRequest:
    """A press in a modal; a `type` of the view makes it App Home."""
    return interactive(
        {
            "type": "block_actions",
            "container": {"type": "view", "view_id": "V01"},
            "trigger_id": TRIGGER,
            "view": {
                "id": "V01",
                "type": "modal",
                "callback_id": callback_id,
                "private_metadata": private_metadata,
                **view,
            },
            "actions": [{"block_id": "b", "action_ts": "1.1", **action}],
        }
    )


def chosen(action_id: str, value: str, **changes: Any) -> AsyncBoltRequest:
    """An option of a menu in a message."""
    option = {"text": {"type": "plain_text", "text": "x"}, "value": value}
    return pressed(action_id, "", action={"type": "overflow", "selected_option": option}, **changes)


def submitted(callback_id: str, private_metadata: str, values: dict[str, dict[str, Any]]) -> AsyncBoltRequest:
    """A modal that is sent. `values` are the states of its elements by block id; the action is of the same name, or
    of that before the block's `-`.
    """
    state = {block: {block.partition("-")[0]: value} for block, value in values.items()}
    view = {
        "id": "V01",
        "hash": "1.abc",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": private_metadata,
        "state": {"values": state},
    }
    return interactive({"type": "view_submission", "trigger_id": TRIGGER, "view": view, "response_urls": []})


def option(value: str | None) -> dict[str, Any]:
    """The state of a menu in which this was chosen, or nothing."""
    picked = None if value is None else {"text": {"type": "plain_text", "text": value}, "value": value}
    return {"type": "external_select", "selected_option": picked}


def suggestion(action_id: str, typed: str, private_metadata: str) -> AsyncBoltRequest:
    """A menu in a modal that asks for its options."""
    view = {"id": "V01", "type": "modal", "callback_id": ids.PICKER_VIEW, "private_metadata": private_metadata}
    return interactive(
        {"type": "block_suggestion", "action_id": action_id, "block_id": action_id, "value": typed, "view": view}
    )


def interactive(body: dict[str, Any]) -> AsyncBoltRequest:
    given = {"user": {"id": "U01ALICE"}, "team": {"id": "T01TEST"}, "api_app_id": "A01", "token": "t", **body}
    return signed(urlencode({"payload": json.dumps(given)}), FORM)


@dataclass
class Desk:
    """An app with its edge, and what came of what was sent to it."""

    store: Any
    jobs: Jobs = field(default_factory=Jobs)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    can_probe: bool = False
    guard: Guard = field(default_factory=open_to_all)
    languages: Languages = field(default_factory=Languages)

    def __post_init__(self) -> None:
        async def authorize(**_: object) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id="T01TEST", bot_user_id="U0BOT", bot_id="B0BOT", bot_token="xoxb-1"
            )

        self.app = AsyncApp(
            name="vpclink",
            client=AsyncWebClient(base_url="http://127.0.0.1:9/api/"),
            signing_secret=SECRET,
            authorize=authorize,
            process_before_response=True,
        )
        self.edge = handlers.Edge(
            jobs=self.jobs,
            store=self.store,
            renderer=Renderer(ids.for_templates()),
            default_region="eu-west-1",
            guard=self.guard,
            languages=self.languages,
            new_reference=lambda: "ab12cd34",
            can_probe=self.can_probe,
        )

        async def without_network(context: Any, next: Any) -> None:  # noqa: A002 - Bolt's name
            context["client"] = Client(self.calls, self.errors)
            context["respond"] = self._respond
            await next()

        self.app.middleware(without_network)
        handlers.register(self.app, self.edge)

    async def _respond(self, message: Any) -> None:
        self.answers.append(message if isinstance(message, dict) else {"text": message})

    def view(self, method: str) -> dict[str, Any]:
        """The only view that was sent with this method."""
        (sent,) = [sent["view"] for called, sent in self.calls if called == method]
        return dict(json.loads(sent)) if isinstance(sent, str) else dict(sent)

    async def send(self, request: AsyncBoltRequest) -> BoltResponse:
        """Send it, signed now if it was signed with the app's secret: tables of requests are older than their tests."""
        stamp = int(request.headers["x-slack-request-timestamp"][0])
        if _signatures(stamp, request.raw_body).items() <= request.headers.items():
            request.headers |= _signatures(int(time.time()), request.raw_body)
        return await self.app.async_dispatch(request)


def body_of(response: BoltResponse) -> dict[str, Any]:
    """The JSON that Slack gets as the acknowledgement; empty where it is none."""
    return dict(json.loads(response.body)) if response.body else {}
