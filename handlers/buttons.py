"""Buttons that ask again, and what catches every button that nobody else knows. Every press gets an answer."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.diagnosis.model import Request
from bot.language import _
from bot.probing.asking import ProbeAsk
from bot.probing.vantage import NOT_INSTALLED
from bot.report.asking import Ask, decode_request, decode_rerun
from bot.tasks.asking import DOCTOR, DoctorAsk
from handlers import ids
from handlers.edge import Edge, ephemeral
from handlers.places import press_key, pressed_in

log = logging.getLogger(__name__)
Payload = dict[str, Any]


def register(app: AsyncApp) -> None:
    """Bind every button and menu, and what catches every other one."""
    app.action(ids.RERUN)(rerun)
    app.action(re.compile(rf"^{ids.CHOOSE}-\d+$"))(choose)
    app.action(ids.PROBE)(probe_now)
    app.action(ids.OPEN)(followed)
    app.action(ids.RUN_DOCTOR)(doctor)
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
        update = {"thread_ts": pressed_in(body).thread, "previous_run": value.run}
        ask = _ask(body, request, reference).model_copy(update=update)
        await edge.enqueue(ask, key=press_key(body, action))
    await ack()


async def choose(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge, reference: str
) -> None:
    """Which API or stage was meant: the answer takes the place of the question."""
    request = decode_request(action.get("value") or "")
    if request is None:
        await respond(ephemeral(edge.notice(_("This button is older than I am. Please ask again."))))
    else:
        place = pressed_in(body)
        update = {"thread_ts": place.message_thread, "message_ts": place.message}
        ask = _ask(body, request, reference).model_copy(update=update)
        # Two presses on one question are answered one after the other: the last one stays.
        group = f"message:{ask.channel}:{place.message}"
        await edge.enqueue(ask, key=press_key(body, action), group=group)
    await ack()


async def probe_now(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge, reference: str
) -> None:
    """Probe the backends of the stored run: a new probe at each press, answered in the thread of the message."""
    place = pressed_in(body)
    if not edge.can_probe:
        await respond(ephemeral(edge.notice(_(NOT_INSTALLED))))
    else:
        ask = ProbeAsk(
            run=str(action.get("value") or ""),
            channel=place.channel,
            message_ts=place.message,
            thread_ts=place.message_thread,
            user=body["user"]["id"],
            response_url=body.get("response_url") or "",
            reference=reference,
        )
        # Several presses under one report are done one after the other.
        group = f"message:{ask.channel}:{ask.message_ts}"
        await edge.enqueue_probe(ask, key=press_key(body, action), group=group)
    await ack()


async def followed(ack: AsyncAck) -> None:
    """A button that is a link: Slack opens it, and tells of it all the same."""
    await ack()


async def doctor(ack: AsyncAck, body: Payload, action: Payload, edge: Edge, reference: str) -> None:
    """The button in App Home: try every read again. The answer comes into the Messages tab beside it."""
    user = body["user"]["id"]
    region, _, named = str(action.get("value") or "").partition(" ")
    account = await edge.guard.admit_account(named or None, region, channel=user, user=user)
    # A person's id stands for their direct messages with the app (Slack: chat.postMessage).
    ask = DoctorAsk(region=region, account=account, channel=user, user=user, reference=reference)
    await edge.enqueue_task(DOCTOR, ask, key=press_key(body, action))
    await ack()


async def unknown_action(ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge) -> None:
    """A button of an older or newer version of this program."""
    action_id = str(action.get("action_id"))
    log.error("no listener for a button: add app.action(%r)(…) in handlers/", action_id)
    if body.get("response_url"):
        other = _("This button belongs to another version of vpclink. Please ask again.")
        await respond(ephemeral(edge.notice(other)))
    await ack()


def _ask(body: Payload, request: Request, reference: str) -> Ask:
    return Ask(
        request=request,
        channel=pressed_in(body).channel,
        user=body["user"]["id"],
        response_url=body.get("response_url") or "",
        reference=reference,
    )
