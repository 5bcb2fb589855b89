"""The modal of log excerpts: opened, turned, filtered, downloaded. Nothing is read from AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import _, marked
from bot.report.contexts import NoticeView
from bot.report.logs_view import LogsState, logs_view
from bot.tasks.asking import EXPORT, ExportAsk
from handlers import ids
from handlers.edge import Edge
from handlers.places import chosen_value, entered_in, press_key, pressed_in, state_of, update_modal

Payload = dict[str, Any]
_TITLE = marked("Logs")


def register(app: AsyncApp) -> None:
    """Bind the button that opens it, and what can be pressed in it."""
    app.action(ids.SHOW_LOGS)(show)
    for action in (ids.LOGS_REQUEST, ids.LOGS_EARLIER, ids.LOGS_LATER, ids.LOGS_FILTER):
        app.action(action)(turn)
    app.action(ids.LOGS_DOWNLOAD)(download)
    app.view(ids.LOGS_VIEW)(filtered)


async def show(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Open the log excerpts of the stored report."""
    place = pressed_in(body)
    state = LogsState(str(action.get("value") or ""), channel=place.channel, thread=place.thread)
    await edge.admit_to_run(state.run, channel=place.channel, user=body["user"]["id"])
    await client.views_open(trigger_id=body["trigger_id"], view=await _view(state, edge))
    await ack()


async def turn(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Another page, another request or other lines, in the modal that is open."""
    state = LogsState.decode(state_of(body))
    await update_modal(body, client, await _view(_turned(state, action), edge))
    await ack()


async def filtered(ack: AsyncAck, body: Payload, edge: Edge) -> None:
    """The modal's own button shows the lines with the text that stands in the field: phones have no Enter."""
    state = LogsState.decode(state_of(body))
    changed = replace(state, filter=entered_in(body, ids.LOGS_FILTER), page=1) if state else None
    await ack(response_action="update", view=await _view(changed, edge))


async def download(
    ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge, reference: str
) -> None:
    """Have all the lines put into the thread as a file; the modal says so."""
    state = LogsState.decode(state_of(body))
    user = body["user"]["id"]
    if state is None or not state.channel or await edge.report(state.run) is None:
        view = NoticeView(_(_TITLE), edge.forgotten())
    else:
        await edge.admit_to_run(state.run, channel=state.channel, user=user)
        ask = ExportAsk(
            run=state.run, what="logs", channel=state.channel, thread_ts=state.thread, user=user, reference=reference
        )
        await edge.enqueue_task(EXPORT, ask, key=press_key(body, action))
        view = NoticeView(_(_TITLE), _("The file comes into the thread of the report in some seconds."))
    await update_modal(body, client, edge.renderer.view(view))
    await ack()


def _turned(state: LogsState | None, action: Payload) -> LogsState | None:
    if state is None:
        return None
    if action["action_id"] == ids.LOGS_REQUEST:
        return replace(state, request=chosen_value(action), page=1)
    if action["action_id"] == ids.LOGS_FILTER:
        return replace(state, filter=str(action.get("value") or ""), page=1)
    return replace(state, page=int(action["value"]) if str(action.get("value")).isdigit() else state.page)


async def _view(state: LogsState | None, edge: Edge) -> Payload:
    report = await edge.report(state.run) if state else None
    if state is None or report is None:
        return edge.renderer.view(NoticeView(_(_TITLE), edge.forgotten()))
    if not report.logs:
        none = _("No failing request was logged in the window of this run.")
        return edge.renderer.view(NoticeView(_(_TITLE), none))
    return edge.renderer.view(logs_view(report, state))
