"""What the listeners work with, and the answers that they share."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from bot.access import Guard, RefusedError, open_to_all
from bot.config import UnknownAccountError
from bot.diagnosis.model import Report
from bot.jobs.interface import JobQueue
from bot.language import plural
from bot.log_lines import event
from bot.probing.asking import PROBE, ProbeAsk
from bot.report.asking import DIAGNOSE, Ask
from bot.report.contexts import Context, Notice
from bot.report.message import Message
from bot.report.render import Renderer
from bot.responding.asking import ALARM, AlarmAsk
from bot.responding.channels import AlarmChannels
from bot.store.catalogue import FRESH_SECONDS, Catalogue, Place
from bot.store.feedback import Feedback
from bot.store.health import Examinations
from bot.store.interface import Store
from bot.store.reports import Reports
from bot.store.times import utc_now
from bot.tasks.asking import CATALOGUE, CatalogueAsk
from bot.watching.watch import Watches, WatchTurn, put_turn
from handlers.languages import Languages

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
    can_probe: bool = False
    """Whether something is set up that Probe now can probe from."""
    workspace_url: str = ""
    """Address of the Slack workspace, of which the addresses of messages are made."""
    guard: Guard = field(default_factory=open_to_all)
    languages: Languages = field(default_factory=Languages)
    new_reference: Callable[[], str] = new_reference
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    alarm_settle: float = 0.0
    """Seconds until a recovery is told."""

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

    async def enqueue_alarm(self, ask: AlarmAsk, *, key: str, group: str | None, delay: float = 0) -> None:
        """Keep an alarm, as `enqueue` keeps a request. What nobody asked for is judged where its account is known."""
        account = ask.alarm.metric_account or ask.alarm.account
        if ask.user and account:
            region = ask.alarm.region or self.default_region or ""
            await self.guard.admit_account(account, region, channel=ask.channel, user=ask.user)
        put = await self.jobs.put(ALARM, ask.model_dump(mode="json"), key=key, group=group, delay=delay)
        event(log, "alarm received", job=put.job_id, duplicate=put.duplicate, alarm=ask.alarm.alarm_name)

    async def enqueue_probe(self, ask: ProbeAsk, *, key: str, group: str) -> None:
        """Keep a request to probe what a stored run is about, as `enqueue` keeps one to diagnose."""
        await self.admit_to_run(ask.run, channel=ask.channel, user=ask.user)
        put = await self.jobs.put(PROBE, ask.model_dump(mode="json"), key=key, group=group)
        event(log, "probe asked for", job=put.job_id, duplicate=put.duplicate, run=ask.run)

    async def enqueue_task(self, kind: str, ask: BaseModel, *, key: str) -> None:
        """Keep a job of another kind (`bot.tasks`), as `enqueue` keeps a request."""
        put = await self.jobs.put(kind, ask.model_dump(mode="json"), key=key)
        event(log, "task taken", kind=kind, job=put.job_id, duplicate=put.duplicate)

    async def refresh_names(self, place: Place, api_id: str = "") -> None:
        """Have the names of a place, or of one API's parts, read again in the background, unless they are fresh."""
        if not await self.catalogue.is_fresh(place, api_id, self.now()):
            turn = int(self.now().timestamp() // FRESH_SECONDS)
            ask = CatalogueAsk(region=place.region, account=place.account, api=api_id)
            await self.enqueue_task(CATALOGUE, ask, key=f"catalogue:{place.key}:{api_id}:{turn}")

    async def refresh_default_names(self) -> None:
        """The same for the region of requests that name none, where there is one."""
        if self.default_region:
            await self.refresh_names(self.place(self.default_region, "", ""))

    async def begin_watch(self, watch: str, due: datetime, reference: str) -> None:
        """Have a watch checked for the first time."""
        await put_turn(self.jobs, WatchTurn(watch=watch, due=due, reference=reference), 0)

    async def first_time(self, key: str) -> bool:
        """Whether this was not answered before: for answers that need no job."""
        return await self.store.values.put_if_absent("answered", key, value=True, ttl=_ANSWERED_SECONDS) is None

    async def admit_to_run(self, run_id: str, *, channel: str, user: str) -> None:
        """RefusedError where the rules do not let this user ask about the account of a stored run or look."""
        run = await self.store.runs.get(run_id)
        if run is not None:
            await self.guard.admit_to(run.account, channel=channel, user=user)
        elif look := await self.report(run_id):
            await self.guard.admit_to(look.request.account, channel=channel, user=user)

    async def lets(self, account: str | None, *, channel: str, user: str) -> bool:
        """Whether the rules let this user ask about an account in a channel: for lists, which leave the rest out."""
        try:
            await self.guard.admit_to(account, channel=channel, user=user)
        except RefusedError:
            return False
        return True

    def place(self, region: str, account: str, channel: str) -> Place:
        """Where the APIs stand that are meant by this region and account (a name, an id, or empty) in a channel."""
        try:
            return Place(region, self.guard.accounts.settled(account or None, region, channel))
        except UnknownAccountError:
            return Place(region, account or None)

    @property
    def alarm_channels(self) -> AlarmChannels:
        """What people have chosen for alarms."""
        return AlarmChannels(self.store.values, self.now)

    async def report(self, run_id: str) -> Report | None:
        """The report of a run, or of a look into the logs, where it is still kept."""
        return await self.reports.get(run_id)

    @cached_property
    def reports(self) -> Reports:
        """The stored reports."""
        return Reports(self.store)

    @cached_property
    def feedback(self) -> Feedback:
        """What people say of verdicts."""
        return Feedback(self.store.values, self.retention_days)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The names that menus offer."""
        return Catalogue(self.store.values)

    @cached_property
    def watches(self) -> Watches:
        """What is watched."""
        return Watches(self.store.values)

    @cached_property
    def examinations(self) -> Examinations:
        """What `doctor` saw."""
        return Examinations(self.store.values)

    def forgotten(self) -> str:
        """Why a run is not there."""
        return plural(
            "That run is no longer kept: reports are forgotten after {count} day, or with the database.",
            "That run is no longer kept: reports are forgotten after {count} days, or with the database.",
            self.retention_days,
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


def to_all(message: Message) -> dict[str, Any]:
    """A message as an answer that the whole channel sees."""
    return {**ephemeral(message), "response_type": "in_channel"}
