"""Looking up in AWS what an alarm's message leaves open: its metric and present state, its API, the failing stage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from bot.access import Guard, open_to_all
from bot.alarms import Alarm, read_alarms
from bot.alarms.states import State
from bot.diagnosis.model import Gap
from bot.diagnosis.resources import Api
from bot.responding.quiet import is_quiet
from bot.responding.subject import children_of, completed, rows_of

_DEEPEST: Final = 4
"""Levels of composite alarms that are looked into."""


class Alarms(Protocol):
    """How AWS is asked about alarms; blocking."""

    def alarms(self, region: str, names: Sequence[str]) -> list[dict[str, Any]] | Gap:
        """The alarms of these names, as DescribeAlarms describes them."""

    def apis(self, region: str, dimension: str) -> tuple[Api, ...] | Gap:
        """The APIs that a metric's ApiName or ApiId means."""

    def stages(self, region: str, api: Api) -> tuple[str, ...] | Gap:
        """The names of an API's stages."""

    def failing(self, region: str, stages: Sequence[tuple[Api, str]]) -> tuple[tuple[Api, str], ...] | Gap:
        """Those of these stages that answer 5xx now."""


AlarmsIn = Callable[[str | None, str], Alarms]
"""What reads the alarms of an account (its id; None: the one that is meant by default) in a region; CannotReadError."""


@dataclass(frozen=True)
class Found:
    """An alarm with what DescribeAlarms says of it."""

    alarm: Alarm
    gap: Gap | None = None
    state: State | None = None
    """Its state now; None where AWS does not know it or could not be asked."""
    quiet: bool = False
    """Its description asks for silence."""
    others: tuple[str, ...] = ()
    """Further regions that have an alarm of this name in ALARM, where the message names none."""


@dataclass(frozen=True)
class LookUp:
    """Asks AWS, off the event loop. `regions` are where an alarm is looked for that names no region.

    What it asks is about one account, for a channel and, where somebody asked, a user; CannotReadError where the rules
    do not let it read there.
    """

    alarms_in: AlarmsIn
    regions: tuple[str, ...] = ()
    guard: Guard = field(default_factory=open_to_all)
    channel: str = ""
    user: str = ""
    account: str | None = None

    def within(self, channel: str, user: str = "", account: str | None = None) -> LookUp:
        """The same for this account, channel and user."""
        return replace(self, channel=channel, user=user, account=account)

    async def _alarms(self, region: str) -> Alarms:
        account = await self.guard.admit_account(self.account, region, channel=self.channel, user=self.user)
        return await asyncio.to_thread(self.alarms_in, account, region)

    async def alarm(self, alarm: Alarm) -> Found:
        """What DescribeAlarms says of it, and of a composite alarm's children; other products' alarms are not asked."""
        if alarm.relevant is False:
            return Found(alarm)
        if alarm.alarm_source != "cloudwatch" or not alarm.alarm_name:
            return Found(await self._where_its_api_is(alarm))
        regions = (alarm.region,) if alarm.region else self.regions
        found = await asyncio.gather(*(self._in(region, alarm) for region in regions))
        there = [one for one in found if one.state]
        firing = [one for one in there if one.state == "ALARM"]
        if not there:
            gaps = [one.gap for one in found if one.gap]
            return Found(await self._where_its_api_is(alarm), gaps[0] if gaps else None)
        first = (firing or there)[0]
        others = tuple(region for one in firing[1:] if (region := one.alarm.region))
        return replace(first, others=others)

    async def _where_its_api_is(self, alarm: Alarm) -> Alarm:
        """The alarm with the first configured region that has its API, where nothing else tells the region."""
        if alarm.region or not alarm.apis:
            return alarm
        if len(self.regions) == 1:
            return replace(alarm, region=self.regions[0])
        dimension = alarm.apis[0].id or alarm.apis[0].name or ""
        for region in self.regions:
            found = await self.apis(region, dimension)
            if found and not isinstance(found, Gap):
                return replace(alarm, region=region)
        return alarm

    async def _in(self, region: str, alarm: Alarm) -> Found:
        reader = await self._alarms(region)
        names: tuple[str, ...] = (alarm.alarm_name or "",)
        rows: list[dict[str, Any]] = []
        for _ in range(_DEEPEST):
            page = await asyncio.to_thread(reader.alarms, region, names)
            if isinstance(page, Gap):
                return Found(alarm, page)
            rows += page
            names = children_of(page)
            if not names:
                break
        own = next((row for row in rows_of(alarm, rows) if row.get("AlarmName") == alarm.alarm_name), None)
        read = read_alarms(dict(own)) if own else ()
        return Found(
            replace(completed(alarm, rows), region=region),
            state=read[0].state if read else None,
            quiet=is_quiet(read[0].description) if read else False,
        )

    async def apis(self, region: str, dimension: str) -> tuple[Api, ...] | Gap:
        """The APIs that a metric's ApiName or ApiId means."""
        return await asyncio.to_thread((await self._alarms(region)).apis, region, dimension)

    async def stages(self, region: str, api: Api) -> tuple[str, ...] | Gap:
        """The names of an API's stages."""
        return await asyncio.to_thread((await self._alarms(region)).stages, region, api)

    async def failing(self, region: str, stages: Sequence[tuple[Api, str]]) -> tuple[tuple[Api, str], ...] | Gap:
        """Those of these stages that answer 5xx now."""
        return await asyncio.to_thread((await self._alarms(region)).failing, region, stages)

    async def states(self, region: str, names: Sequence[str]) -> list[dict[str, Any]] | Gap:
        """The rows of up to a hundred alarms in one call, without their children."""
        return await asyncio.to_thread((await self._alarms(region)).alarms, region, names)
