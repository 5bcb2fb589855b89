"""From an alarm to the request to diagnose. Pure: DescribeAlarms was read before, its rows are given.

AWS: "Amazon API Gateway dimensions and metrics" (REST: ApiName and Stage; HTTP: ApiId and Stage; Stage may be absent).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.alarms import Alarm, read_alarms
from bot.alarms.model import Api
from bot.diagnosis.model import Request
from bot.language import _

_MOST_CHILDREN = 100
"""Names that DescribeAlarms takes in one call (AWS: API_DescribeAlarms)."""


@dataclass(frozen=True)
class NotOurs:
    """Nothing to diagnose: why, for the log and for whoever asked."""

    reason: str
    told: str


@dataclass(frozen=True)
class Subject:
    """What is to be diagnosed: one API, or several where the alarm watches several. The stage may be missing."""

    apis: tuple[Api, ...]
    region: str
    account: str | None
    metric: str | None = None


def request_for(subject: Subject, api: Api, stage: str, known: str = "") -> Request:
    """The request for one of the subject's APIs, `known` by this name or id. A method without a path names no route."""
    path = api.resource_path if api.resource_path and api.resource_path.startswith("/") else None
    return Request(
        api=known or api.id or api.name or "",
        stage=stage,
        path=path if path and "{" not in path else None,  # a pattern is no path that somebody requests
        method=api.method if path and "{" not in path else None,
        region=subject.region,
        account=subject.account,
    )


def children_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The alarms behind a composite one, those that triggered it first; of a metric alarm none."""
    alarms = [alarm for row in rows for alarm in read_alarms(dict(row))]
    named = [child for alarm in alarms for child in alarm.children]
    ordered = sorted(named, key=lambda child: not child.triggered)
    return tuple(dict.fromkeys(child.name for child in ordered))[:_MOST_CHILDREN]


def rows_of(alarm: Alarm, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows without those of another account, which has another alarm of the same name."""
    return [row for row in rows if not alarm.account or _account(row) in {None, alarm.account}]


def _account(row: Mapping[str, Any]) -> str | None:
    read = read_alarms(dict(row))
    return read[0].account if read else None


def completed(alarm: Alarm, rows: Sequence[Mapping[str, Any]]) -> Alarm:
    """The alarm with what DescribeAlarms says of it, or of the first of its children that is in ALARM and relevant."""
    read = [found for row in rows_of(alarm, rows) for found in read_alarms(dict(row))]
    known = [found for found in read if found.kind != "composite"]
    if not known:
        return alarm
    firing = [found for found in known if found.state == "ALARM"]
    relevant = [found for found in (*firing, *known) if found.relevant]
    told = (relevant or known)[0]
    return replace(
        alarm,
        relevant=told.relevant,
        apis=told.apis or alarm.apis,
        account=alarm.account or told.account,
        region=alarm.region or told.region,
        metric_account=alarm.metric_account or told.metric_account,
        metric=alarm.metric or told.metric,
        cautions=tuple(dict.fromkeys((*alarm.cautions, *told.cautions))),
    )


def subject_of(alarm: Alarm, regions: Sequence[str]) -> Subject | NotOurs:
    """What the alarm is about. Where the relevance stays unknown, an API that it names is reason enough.

    `regions` are where an alarm was looked for whose message names none.
    """
    region = alarm.region or (regions[0] if len(regions) == 1 else None)
    if not alarm.is_alarm:
        return NotOurs("is no alarm that I can read", _("Nothing to diagnose: this is no alarm that I can read."))
    if alarm.relevant is False:
        return NotOurs(
            "alarm watches neither 5xx nor latency of API Gateway",
            _("Nothing to diagnose: this alarm watches neither 5xx nor latency of API Gateway."),
        )
    if not alarm.apis:
        return NotOurs(
            "alarm does not say which API it watches",
            _("Nothing to diagnose: this alarm does not say which API it watches."),
        )
    if not region:
        return NotOurs("alarm does not say its region", _without_region(regions))
    return Subject(_distinct(alarm.apis), region, alarm.metric_account or alarm.account, alarm.metric)


def _without_region(regions: Sequence[str]) -> str:
    if not regions:
        return _("Nothing to diagnose: this alarm does not say its region, and VPCLINK_REGIONS is not set.")
    return _(
        "Nothing to diagnose: this alarm does not say its region, and I found it in none of {regions}.",
        regions=", ".join(regions),
    )


def _distinct(apis: tuple[Api, ...]) -> tuple[Api, ...]:
    """The APIs and stages. Of several routes none is known to be the one that fails, so the route is left out."""
    return apis if len(apis) == 1 else tuple(dict.fromkeys(Api(api.name, api.id, api.stage) for api in apis))
