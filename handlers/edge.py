"""What the listeners work with, and the answers that they share."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.access import Guard, open_to_all
from bot.diagnosis.model import Report
from bot.jobs.interface import JobQueue
from bot.log_lines import event
from bot.report.asking import DIAGNOSE, Ask
from bot.report.contexts import Context, Notice
from bot.report.message import Message
from bot.report.render import Renderer
from bot.responding.asking import ALARM, AlarmAsk
from bot.store.interface import Store

log = logging.getLogger(__name__)

_ANSWERED_SECONDS = 3600.0
"""Slack sends an event again for some five minutes (https://docs.slack.dev/apis/events-api/#retries)."""


def new_reference() -> str:
    """An id that stands in the log and in what people are shown: short enough to be typed."""
    return secrets.token_hex(4)


@dataclass(frozen=True)
class Edge:
    """What every listener may use: the queue, the store, the templates."""

    jobs: JobQueue
    store: Store
    renderer: Renderer
    default_region: str | None = None
    bot_name: str = "vpclink"
    retention_days: int = 30
    guard: Guard = field(default_factory=open_to_all)
    new_reference: Callable[[], str] = new_reference
    monotonic: Callable[[], float] = time.monotonic

    def region_in(self, channel: str) -> str | None:
        """The region of a request in this channel that names none."""
        return self.guard.accounts.region_in(channel, self.default_region)

    async def enqueue(self, ask: Ask, *, key: str, group: str | None = None) -> None:
        """Keep the request: once this returns it survives a crash. The same key is the same request.

        RefusedError where the rules do not let its user ask about its account there; then nothing is kept.
        """
        request = await self.guard.admit(ask.request, channel=ask.channel, user=ask.user)
        ask = ask.model_copy(update={"request": request})
        put = await self.jobs.put(DIAGNOSE, ask.model_dump(mode="json"), key=key, group=group)
        event(log, "request taken", job=put.job_id, duplicate=put.duplicate, api=ask.request.api)

    async def enqueue_alarm(self, ask: AlarmAsk, *, key: str, group: str | None) -> None:
        """Keep an alarm, as `enqueue` keeps a request. What nobody asked for is judged where its account is known."""
        account = ask.alarm.metric_account or ask.alarm.account
        if ask.user and account:
            region = ask.alarm.region or self.default_region or ""
            await self.guard.admit_account(account, region, channel=ask.channel, user=ask.user)
        put = await self.jobs.put(ALARM, ask.model_dump(mode="json"), key=key, group=group)
        event(log, "alarm received", job=put.job_id, duplicate=put.duplicate, alarm=ask.alarm.alarm_name)

    async def first_time(self, key: str) -> bool:
        """Whether this was not answered before: for answers that need no job."""
        return await self.store.values.put_if_absent("answered", key, value=True, ttl=_ANSWERED_SECONDS) is None

    async def admit_to_run(self, run_id: str, *, channel: str, user: str) -> None:
        """RefusedError where the rules do not let this user ask about the account of a stored run."""
        run = await self.store.runs.get(run_id)
        if run is not None:
            await self.guard.admit_to(run.account, channel=channel, user=user)

    async def report(self, run_id: str) -> Report | None:
        """The report of a run, where it is still kept."""
        run = await self.store.runs.get(run_id)
        return Report.model_validate_json(run.report) if run and run.report else None

    def forgotten(self) -> str:
        """Why a run is not there."""
        return (
            f"That run is no longer kept: reports are forgotten after {self.retention_days} days, or with the database."
        )

    def message(self, context: Context) -> Message:
        """The message of a context."""
        return self.renderer.message(context)

    def notice(self, text: str, expected: str = "", reference: str = "") -> Message:
        """A short answer that only the caller sees."""
        return self.renderer.message(Notice(text, expected, reference))


def ephemeral(message: Message) -> dict[str, Any]:
    """A message as an answer that only the caller sees (https://docs.slack.dev/interactivity/handling-user-interaction)."""
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": message.text,
        "blocks": list(message.blocks),
    }
