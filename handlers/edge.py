"""What the listeners work with, and the answers that they share."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from bot.diagnosis.model import Report, Request
from bot.jobs.interface import JobQueue
from bot.log_lines import event
from bot.report.asking import DIAGNOSE, Ask
from bot.report.contexts import Context, Notice
from bot.report.message import Message
from bot.report.render import Renderer
from bot.responding.asking import ALARM, AlarmAsk
from bot.store.catalogue import FRESH_SECONDS, Catalogue, Place
from bot.store.feedback import Feedback
from bot.store.health import Examinations
from bot.store.interface import Store
from bot.store.reports import Reports
from bot.tasks.asking import CATALOGUE, CatalogueAsk
from bot.watching.watch import Watches, WatchTurn, put_turn

log = logging.getLogger(__name__)

_ANSWERED_SECONDS = 3600.0
"""Slack sends an event again for some five minutes (https://docs.slack.dev/apis/events-api/#retries)."""


def new_reference() -> str:
    """An id that stands in the log and in what people are shown: short enough to be typed."""
    return secrets.token_hex(4)


class NotAllowedError(Exception):
    """Somebody may not do here what they asked for; the text says who may."""


@dataclass(frozen=True)
class Wish:
    """What somebody is about to do: `verb` as in the command, on which request where it is about one."""

    verb: str
    user: str
    channel: str
    request: Request | None = None


@dataclass(frozen=True)
class Edge:
    """What every listener may use: the queue, the store, the templates."""

    jobs: JobQueue
    store: Store
    renderer: Renderer
    default_region: str | None = None
    bot_name: str = "vpclink"
    retention_days: int = 30
    workspace_url: str = ""
    """Address of the Slack workspace, of which the addresses of messages are made."""
    accounts: tuple[str, ...] = ()
    """Names of the accounts that may be chosen, where several are configured."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_reference: Callable[[], str] = new_reference
    monotonic: Callable[[], float] = time.monotonic

    async def permit(self, wish: Wish) -> None:
        """Asked before anything is started or shown. NotAllowedError where a rule forbids it; no rule is set up."""

    async def enqueue(self, ask: Ask, *, key: str, group: str | None = None) -> None:
        """Keep the request: once this returns it survives a crash. The same key is the same request."""
        await self.permit(Wish(DIAGNOSE, ask.user, ask.channel, ask.request))
        put = await self.jobs.put(DIAGNOSE, ask.model_dump(mode="json"), key=key, group=group)
        event(log, "request taken", job=put.job_id, duplicate=put.duplicate, api=ask.request.api)

    async def enqueue_alarm(self, ask: AlarmAsk, *, key: str, group: str | None) -> None:
        """Keep an alarm, as `enqueue` keeps a request."""
        put = await self.jobs.put(ALARM, ask.model_dump(mode="json"), key=key, group=group)
        event(log, "alarm received", job=put.job_id, duplicate=put.duplicate, alarm=ask.alarm.alarm_name)

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
            await self.refresh_names(Place(self.default_region))

    async def begin_watch(self, watch: str, due: datetime, reference: str) -> None:
        """Have a watch checked for the first time."""
        await put_turn(self.jobs, WatchTurn(watch=watch, due=due, reference=reference), 0)

    async def first_time(self, key: str) -> bool:
        """Whether this was not answered before: for answers that need no job."""
        return await self.store.values.put_if_absent("answered", key, value=True, ttl=_ANSWERED_SECONDS) is None

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
