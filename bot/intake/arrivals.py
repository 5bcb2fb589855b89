"""A payload from SNS or SQS → the jobs about the alarms in it. Putting them is all; answering is the workers' part."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Literal

from bot.alarms import Alarm, read_alarms
from bot.jobs.interface import JobQueue
from bot.log_lines import event
from bot.report.limits import clip
from bot.responding.asking import ALARM, AlarmAsk, alarm_key, shortened
from bot.responding.quiet import is_quiet

log = logging.getLogger(__name__)

_LONGEST_REASON = 300


class Arrivals:
    """Takes payloads for one channel. `settle` is in seconds: how long a recovery waits until it is told."""

    def __init__(self, jobs: JobQueue, channel: str, settle: float) -> None:
        self._jobs = jobs
        self._channel = channel
        self._settle = settle

    async def take(self, payload: object, *, delivery: str, now: datetime) -> int:
        """Keep a job for every alarm in the payload that may concern us, and say how many.

        Once this returns, a crash loses none of them: the sender may forget the payload. `delivery` is its id there.
        """
        taken = 0
        for alarm in read_alarms(payload):
            wanted = _wanted(alarm)
            if wanted is None:
                event(log, "payload left alone", delivery=delivery, alarm=alarm.alarm_name, state=alarm.state)
                continue
            ask = AlarmAsk(
                wanted=wanted,
                alarm=shortened(alarm, reason=clip(alarm.reason or "", _LONGEST_REASON)),
                channel=self._channel,
                arrived=now,
                delivery=delivery,
                quiet=is_quiet(alarm.description),
            )
            delay = self._settle if wanted == "recovery" else 0
            put = await self._jobs.put(
                ALARM, ask.model_dump(mode="json"), key=alarm_key(ask), group=f"alarm:{ask.identity}", delay=delay
            )
            event(log, "alarm received", job=put.job_id, duplicate=put.duplicate, alarm=alarm.alarm_name)
            taken += 1
        return taken


def _wanted(alarm: Alarm) -> Literal["diagnosis", "recovery"] | None:
    if alarm.starts_diagnosis:
        return "diagnosis"
    over = alarm.is_alarm and alarm.state == "OK" and alarm.relevant is not False
    return "recovery" if over else None
