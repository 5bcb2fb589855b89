"""An alarm that Slack showed, and what is wanted of it: the body of an `alarm` job."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.alarms import Alarm
from bot.language import spoken

ALARM: Final = "alarm"
"""The kind of the jobs whose body is an `AlarmAsk`."""


class AlarmAsk(BaseModel):
    """One alarm to respond to. Empty strings mean "none"."""

    model_config = ConfigDict(frozen=True)

    wanted: Literal["diagnosis", "recovery"]
    """The diagnosis of an alarm that was raised, or a word about one that is over."""
    alarm: Alarm
    channel: str
    ts: str = ""
    """The message that shows the alarm."""
    thread_ts: str = ""
    """The thread that this message is in."""
    user: str = ""
    """Who asked with the shortcut. Then there is always an answer, and always a run of its own."""
    response_url: str = ""
    reference: str = ""
    language: str = Field(default_factory=spoken)
    """The language to answer in: that of the task that asks."""
    edited: datetime | None = None
    """When a relay edited the later state into its first message; what that message says is the first state's time."""
    arrived: datetime | None = None
    """When it came without a relay (SQS, SNS): no message in Slack shows it, and `ts` is empty until we post one."""
    delivery: str = ""
    """The id that SNS or SQS gave such a message."""
    quiet: bool = False
    """The alarm's description asks for silence."""
    admitted: bool = False
    """It came in a storm, and is to be answered by itself nevertheless."""

    @property
    def thread(self) -> str:
        """The thread that belongs to the alarm."""
        return self.thread_ts or self.ts

    @property
    def when(self) -> datetime:
        """The state change, or else the message."""
        return self.edited or self.alarm.at or self.arrived or datetime.fromtimestamp(float(self.ts), UTC)

    @property
    def identity(self) -> str:
        """The alarm in its channel, as far as its relays agree how to name it: a card has no ARN, and may lack the
        account. Hashed, because a payload's names may be longer than a key.
        """
        name = f"{self.channel}/{self.alarm.region or ''}/{self.alarm.alarm_name or self.ts or self.delivery}"
        return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]


def shortened(alarm: Alarm, reason: str = "") -> Alarm:
    """The alarm without its long texts, which should not be kept; with `reason`, where we are to show it ourselves."""
    return replace(alarm, description=None, reason=reason or None)


def alarm_key(ask: AlarmAsk) -> str:
    """The identity of one state change: whatever relay tells of it in a channel, and however often, it is one.

    CloudWatch's milliseconds are cut, because cards show seconds.
    """
    known = ask.edited or ask.alarm.at
    moment = known.astimezone(UTC).replace(microsecond=0).isoformat() if known else ask.ts or ask.delivery
    return f"alarm:{ask.wanted}:{ask.identity}:{moment}"
