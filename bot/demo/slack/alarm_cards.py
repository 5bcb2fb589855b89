"""CloudWatch alarms as Amazon Q Developer in chat applications posts them.

The card is an attachment whose blocks hold a linked title and one field per dimension; the message has no text.
A later state comes as a reply in the thread of the first card, and the first card is edited to name it.
https://docs.aws.amazon.com/chatbot/latest/adminguide/related-services.html#cloudwatchlogs
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from bot.demo.slack.content import Content, read_content
from bot.demo.slack.json_types import Json
from bot.demo.slack.messaging import Messaging
from bot.demo.slack.state import State
from bot.demo.slack.state.messages import Message
from bot.demo.slack.workspace import DemoAlarm

AlarmState = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]

_EMOJI = {"ALARM": "🚨", "OK": "✅", "INSUFFICIENT_DATA": "⚠️"}
_COLOR = {"ALARM": "d13212", "OK": "1d8102", "INSUFFICIENT_DATA": "8d6605"}
_LONGEST_DESCRIPTION = 250


def alarm_attachment(alarm: DemoAlarm, alarm_state: AlarmState, at: float, *, latest: str = "") -> Json:
    """The card; `at` is the time of the state change, `latest` what the edited first card says of a later one."""
    region, name = alarm.region, alarm.name
    url = (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(name, safe='')}"
    )
    title = f"{_EMOJI[alarm_state]} CloudWatch Alarm | {name} | {region} | Account: {alarm.account}"
    moment = datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")
    facts = [("Timestamp", moment)]
    if alarm.description:
        facts.append(("Alarm Description", alarm.description[:_LONGEST_DESCRIPTION]))
    facts += alarm.dimensions
    fields = [{"type": "mrkdwn", "text": f"*{label}*\n{value}"} for label, value in facts]
    blocks: list[Json] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*<{url}|{title}>*"}},
        {"type": "section", "fields": fields},
    ]
    if latest:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"*Latest Update*: {latest}"}})
    return {"color": _COLOR[alarm_state], "fallback": title[:80], "blocks": blocks}


def post_alarm(state: State, messaging: Messaging, alarm: DemoAlarm, alarm_state: AlarmState) -> Message:
    """Post the card of a state change, as a new message or in the thread of the alarm that it ends."""
    app = state.workspace.app(alarm.app_id)
    if app is None:
        raise LookupError(f"the alarm {alarm.name} is posted by {alarm.app_id}, which is not installed")
    conversation = messaging.writable(app, alarm.channel)
    now = state.clock.now()
    first = _first_card(state, conversation.id, alarm) if alarm_state != "ALARM" else None
    content = _content(state, alarm_attachment(alarm, alarm_state, now))
    if first is None:
        return messaging.post(conversation, content, app=app)
    reply = messaging.post(conversation, content, app=app, thread_ts=first.ts)
    raised_at = float(first.ts)
    card = alarm_attachment(alarm, "ALARM", raised_at, latest=f"{_EMOJI[alarm_state]} {alarm_state}")
    messaging.edit(first, _content(state, card), editor=app.bot_user_id)
    return reply


def _content(state: State, attachment: Json) -> Content:
    return read_content({"attachments": [attachment]}, state.ids, state.file_ready)


def _first_card(state: State, channel: str, alarm: DemoAlarm) -> Message | None:
    """The newest card that raised this alarm."""
    marker = f" CloudWatch Alarm | {alarm.name} | {alarm.region} | "
    for message in reversed(state.messages.all_in(channel)):
        texts = (str(attachment.get("fallback", "")) for attachment in message.attachments)
        blocks = (str(attachment.get("blocks", "")) for attachment in message.attachments)
        raised = any(text.startswith(_EMOJI["ALARM"]) for text in texts)
        if not message.is_reply and raised and any(marker in block for block in blocks):
            return message
    return None
