"""Alarms that other apps post in a channel, and the shortcut on any message: "Diagnose this alarm"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext

from bot.alarms import Alarm, read_alarm
from bot.alarms.model import SlackDelivery
from bot.language import _
from bot.responding.asking import AlarmAsk, alarm_key, shortened
from bot.responding.quiet import is_quiet
from handlers import ids
from handlers.edge import Edge, ephemeral

_SLACKBOT = "USLACKBOT"
"""Posts what comes by e-mail into a channel (https://slack.com/help/articles/206819278)."""


def register(app: AsyncApp) -> None:
    """Bind the event and the shortcut."""
    app.event("message")(posted)
    app.message_shortcut(ids.DIAGNOSE_ALARM)(diagnose_alarm)


async def posted(
    body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext, edge: Edge, reference: str
) -> None:
    """Somebody wrote. What people write starts nothing, nor do we; an app's alarm becomes a job."""
    message = event.get("message") or event
    if not _by_other_app(message, context):
        return
    alarm = read_alarm(body)
    if not alarm.is_alarm or alarm.slack is None or not alarm.slack.ts:
        return
    if alarm.starts_diagnosis and not (alarm.slack.edited or alarm.slack.in_thread):
        await _take(AlarmAsk(wanted="diagnosis", **_asked(alarm, alarm.slack, reference)), edge)
    elif alarm.state == "OK" or (alarm.slack.edited and alarm.latest_update == "OK"):
        edited = datetime.fromtimestamp(float(event["ts"]), UTC) if alarm.slack.edited else None
        await _take(AlarmAsk(wanted="recovery", edited=edited, **_asked(alarm, alarm.slack, reference)), edge)


async def diagnose_alarm(
    ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], edge: Edge, reference: str
) -> None:
    """The shortcut: a run of its own at each use. What is no alarm is told at once, to the asker alone."""
    alarm = read_alarm(body)
    place = alarm.slack
    if not alarm.is_alarm or place is None or not place.ts or alarm.relevant is False:
        text = _("That message is no alarm on 5xx or latency of API Gateway, so there is nothing to diagnose.")
        await respond(ephemeral(edge.notice(text, f"{ids.COMMAND} diagnose <api> <stage>")))
    else:
        ask = AlarmAsk(
            wanted="diagnosis",
            user=body["user"]["id"],
            response_url=body.get("response_url") or "",
            **_asked(alarm, place, reference),
        )
        key = f"shortcut:{ask.channel}:{ask.ts}:{body.get('action_ts')}:{ask.user}"
        await edge.enqueue_alarm(ask, key=key, group=None)
    await ack()


def _by_other_app(message: Mapping[str, Any], context: AsyncBoltContext) -> bool:
    """Whether an app or a webhook wrote it, and not this one. Bolt leaves our own posts out, too."""
    bot, user = message.get("bot_id"), message.get("user")
    if (bot and bot == context.bot_id) or (user and user == context.bot_user_id):
        return False
    by_app = bot or message.get("app_id") or message.get("subtype") == "bot_message"
    return bool(by_app) or user in {None, "", _SLACKBOT}


def _asked(alarm: Alarm, place: SlackDelivery, reference: str) -> dict[str, Any]:
    return {
        "alarm": shortened(alarm),
        "quiet": is_quiet(alarm.description),
        "channel": place.channel or "",
        "ts": place.ts or "",
        "thread_ts": place.thread_ts or "",
        "reference": reference,
    }


async def _take(ask: AlarmAsk, edge: Edge) -> None:
    """Jobs about one alarm are done in the order in which Slack told of it."""
    delay = edge.alarm_settle if ask.wanted == "recovery" else 0
    await edge.enqueue_alarm(ask, key=alarm_key(ask), group=f"alarm:{ask.identity}", delay=delay)
