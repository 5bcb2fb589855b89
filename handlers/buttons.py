"""What is pressed in messages and modals. Every press gets an answer."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnosis.model import Request
from bot.report.asking import Ask, decode_request, decode_rerun
from bot.report.contexts import NoticeView
from bot.report.logs_view import LogsState, logs_view
from handlers import ids
from handlers.edge import Edge, ephemeral

log = logging.getLogger(__name__)
Payload = dict[str, Any]


def register(app: AsyncApp) -> None:
    """Bind every button and menu, and what catches every other one."""
    app.action(ids.RERUN)(rerun)
    app.action(re.compile(rf"^{ids.CHOOSE}-\d+$"))(choose)
    app.action(ids.SHOW_LOGS)(show_logs)
    app.action(ids.LOGS_REQUEST)(turn_logs)
    app.action(ids.LOGS_EARLIER)(turn_logs)
    app.action(ids.LOGS_LATER)(turn_logs)
    app.action(re.compile(".*"))(unknown_action)


async def rerun(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge, reference: str
) -> None:
    """Ask the same again: a new run at each press, answered in the thread of the message."""
    value = decode_rerun(action.get("value") or "")
    request = value.request if value else None
    if value and request is None:
        run = await edge.store.runs.get(value.run)
        request = Request.model_validate(run.request) if run else None
    if value is None or request is None:
        await respond(ephemeral(edge.notice(edge.forgotten(), f"{ids.COMMAND} diagnose <api> <stage>")))
    else:
        place = _place(body)
        thread = place.pop("message_thread") or place["message"]
        ask = _ask(body, request, reference).model_copy(update={"thread_ts": thread, "previous_run": value.run})
        await edge.enqueue(ask, key=_key(body, action))
    await ack()


async def choose(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge, reference: str
) -> None:
    """Which API or stage was meant: the answer takes the place of the question."""
    request = decode_request(action.get("value") or "")
    if request is None:
        await respond(ephemeral(edge.notice("This button is older than I am. Please ask again.")))
    else:
        place = _place(body)
        update = {"thread_ts": place["message_thread"], "message_ts": place["message"]}
        ask = _ask(body, request, reference).model_copy(update=update)
        # Two presses on one question are answered one after the other: the last one stays.
        group = f"message:{ask.channel}:{place['message']}"
        await edge.enqueue(ask, key=_key(body, action), group=group)
    await ack()


async def show_logs(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Open the log excerpts of the stored report: within Slack's three seconds, so nothing is read from AWS."""
    run_id = str(action.get("value") or "")
    await edge.admit_to_run(run_id, channel=_place(body)["channel"], user=body["user"]["id"])
    report = await edge.report(run_id)
    if report is None:
        view = edge.renderer.view(NoticeView("Logs", edge.forgotten()))
    elif not report.logs:
        view = edge.renderer.view(NoticeView("Logs", "No failing request was logged in the window of this run."))
    else:
        view = edge.renderer.view(logs_view(report, LogsState(run_id)))
    await client.views_open(trigger_id=body["trigger_id"], view=view)
    await ack()


async def turn_logs(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge
) -> None:
    """Another page, or another request, in the modal that is open."""
    opened = body.get("view")
    if opened is None:
        if body.get("response_url"):
            await respond(ephemeral(edge.notice(edge.forgotten())))
        await ack()
        return
    state = LogsState.decode(opened.get("private_metadata") or "")
    report = await edge.report(state.run) if state else None
    if state is None or report is None:
        view = edge.renderer.view(NoticeView("Logs", edge.forgotten()))
    elif action["action_id"] == ids.LOGS_REQUEST:
        chosen = (action.get("selected_option") or {}).get("value") or ""
        view = edge.renderer.view(logs_view(report, LogsState(state.run, chosen)))
    else:
        page = int(action["value"]) if str(action.get("value")).isdigit() else state.page
        view = edge.renderer.view(logs_view(report, LogsState(state.run, state.request, page)))
    await client.views_update(view_id=opened["id"], view=view)
    await ack()


async def unknown_action(ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge) -> None:
    """A button of an older or newer version of this program."""
    action_id = str(action.get("action_id"))
    log.error("no listener for a button: add app.action(%r)(…) in handlers/buttons.py", action_id)
    if body.get("response_url"):
        await respond(ephemeral(edge.notice("This button belongs to another version of vpclink. Please ask again.")))
    await ack()


def _place(body: Payload) -> dict[str, str]:
    """Where the message with the button stands. A reply's own `ts` is never a thread's (Slack: thread_ts)."""
    message, container = body.get("message") or {}, body.get("container") or {}
    ts = message.get("ts") or container.get("message_ts") or ""
    thread = message.get("thread_ts") or container.get("thread_ts") or ""
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    return {"channel": channel, "message": ts, "message_thread": "" if thread == ts else thread}


def _ask(body: Payload, request: Request, reference: str) -> Ask:
    return Ask(
        request=request,
        channel=_place(body)["channel"],
        user=body["user"]["id"],
        response_url=body.get("response_url") or "",
        reference=reference,
    )


def _key(body: Payload, action: Payload) -> str:
    """One press: Slack delivers it again with the same `action_ts`."""
    place = _place(body)
    return (
        f"action:{place['channel']}:{place['message']}:{action['action_id']}:{action['action_ts']}:{body['user']['id']}"
    )
