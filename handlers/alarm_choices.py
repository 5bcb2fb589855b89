"""What people choose for alarms: on or off in a channel, how long one is snoozed, and when a snooze ends early."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.language import _, speaking
from bot.report.contexts import AlarmStatus, SnoozeLine
from bot.report.limits import limited
from bot.report.message import Message
from bot.report.wording import date_time
from bot.responding.channels import PRESETS, Shown, Snooze
from bot.responding.lines import until
from bot.responding.voice import intro
from handlers import ids
from handlers.edge import Edge, ephemeral
from handlers.places import chosen_value
from handlers.requested import Alarms

Payload = dict[str, Any]
_MOST_SNOOZES = 10


def register(app: AsyncApp) -> None:
    """Bind the menu and the button."""
    app.action(ids.SNOOZE_ALARM)(snooze)
    app.action(ids.WAKE_ALARM)(wake)


async def alarm_status(asked: Alarms, edge: Edge, channel: str, user: str) -> Message:
    """Choose for a channel, if something was chosen, and say how it stands."""
    if asked.on is not None:
        await edge.alarm_channels.switch(channel, user, on=asked.on)
    return await _status(edge, channel)


async def snooze(ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge) -> None:
    """Leave an alarm alone for a while: its line in the thread then says until when and who chose it."""
    preset, identity = _parted(chosen_value(action))
    shown = await edge.alarm_channels.shown(_channel(body), identity)
    if shown is None or preset not in PRESETS:
        gone = _("I no longer know this alarm. It can be snoozed when it rings again.")
        await respond(ephemeral(edge.notice(gone)))
    else:
        chosen = await edge.alarm_channels.snooze(shown, preset, body["user"]["id"])
        await respond(_in_place(shown, edge, chosen))
    await ack()


async def wake(ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, edge: Edge) -> None:
    """End a snooze, from the alarm's line or from the list of snoozes."""
    channel, identity = _channel(body), str(action.get("value") or "")
    await edge.alarm_channels.wake(channel, identity)
    if (body.get("container") or {}).get("is_ephemeral"):
        await respond({**ephemeral(await _status(edge, channel)), "replace_original": True})
    elif shown := await edge.alarm_channels.shown(channel, identity):
        await respond(_in_place(shown, edge))
    else:
        await respond(ephemeral(edge.notice(_("The snooze has ended: this alarm is answered again."))))
    await ack()


async def _status(edge: Edge, channel: str) -> Message:
    chosen = await edge.alarm_channels.setting(channel)
    snoozes = [
        SnoozeLine(found.name, found.by, until(found), found.identity)
        for found in await edge.alarm_channels.snoozes(channel)
    ]
    shown = limited(snoozes, _MOST_SNOOZES)
    return edge.message(
        AlarmStatus(
            on=chosen is None or chosen.on,
            by=chosen.by if chosen else "",
            at=date_time(chosen.moment) if chosen else "",
            snoozes=shown.items,
            more=shown.more,
            command=ids.COMMAND,
        )
    )


def _channel(body: Payload) -> str:
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


def _parted(value: str) -> tuple[str, str]:
    """A preset and an alarm's identity, of the menu's value."""
    preset, _slash, identity = value.partition("/")
    return preset, identity


def _in_place(shown: Shown, edge: Edge, chosen: Snooze | None = None) -> dict[str, Any]:
    """The alarm's line in place of the one that was pressed. All see it, so it stays in the language of alarms."""
    with speaking(edge.languages.of_everybody):
        message = edge.message(intro(shown, chosen))
    return {"replace_original": True, "text": message.text, "blocks": list(message.blocks)}
