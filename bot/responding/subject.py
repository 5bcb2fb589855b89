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

_MOST_CHILDREN = 100
"""Names that DescribeAlarms takes in one call (AWS: API_DescribeAlarms)."""


@dataclass(frozen=True)
class NotOurs:
    """Nothing to diagnose; `reason` completes "This …"."""

    reason: str


@dataclass(frozen=True)
class Subject:
    """What is to be diagnosed: one API, or several where the alarm watches several. The stage may be missing."""

    apis: tuple[Api, ...]
    region: str
    account: str | None

    @property
    def request(self) -> Request | None:
        """The request, where it is the only one that can be meant."""
        if len(self.apis) != 1 or not self.apis[0].stage:
            return None
        return request_for(self, self.apis[0], self.apis[0].stage)


def request_for(subject: Subject, api: Api, stage: str) -> Request:
    """The request for one of the subject's APIs. A method without a path names no route."""
    path = api.resource_path if api.resource_path and api.resource_path.startswith("/") else None
    return Request(
        api=api.id or api.name or "",
        stage=stage,
        path=path if path and "{" not in path else None,  # a pattern is no path that somebody requests
        method=api.method if path and "{" not in path else None,
        region=subject.region,
        account=subject.account,
    )


def must_look_up(alarm: Alarm) -> bool:
    """Whether DescribeAlarms has to tell what the payload does not."""
    if alarm.alarm_source != "cloudwatch" or not alarm.alarm_name or alarm.relevant is False:
        return False
    return alarm.relevant is None or not alarm.apis or not all(api.stage for api in alarm.apis)


def children_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The alarms behind a composite one, those that triggered it first; of a metric alarm none."""
    alarms = [alarm for row in rows for alarm in read_alarms(dict(row))]
    named = [child for alarm in alarms for child in alarm.children]
    ordered = sorted(named, key=lambda child: not child.triggered)
    return tuple(dict.fromkeys(child.name for child in ordered))[:_MOST_CHILDREN]


def completed(alarm: Alarm, rows: Sequence[Mapping[str, Any]]) -> Alarm:
    """The alarm with what DescribeAlarms says of it, or of the first of its children that is in ALARM and relevant.

    A row of another account is another alarm of the same name; then nothing is learnt.
    """
    read = [found for row in rows for found in read_alarms(dict(row))]
    known = [found for found in read if not (alarm.account and found.account and found.account != alarm.account)]
    known = [found for found in known if found.kind != "composite"]
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
        cautions=tuple(dict.fromkeys((*alarm.cautions, *told.cautions))),
    )


def subject_of(alarm: Alarm, default_region: str | None) -> Subject | NotOurs:
    """What the alarm is about. Where the relevance stays unknown, an API that it names is reason enough."""
    region = alarm.region or default_region
    if not alarm.is_alarm:
        return NotOurs("is no alarm that I can read")
    if alarm.relevant is False:
        return NotOurs("alarm watches neither 5xx nor latency of API Gateway")
    if not alarm.apis:
        return NotOurs("alarm does not say which API it watches")
    if not region:
        return NotOurs("alarm does not say its region, and VPCLINK_DEFAULT_REGION is not set")
    return Subject(_distinct(alarm.apis), region, alarm.metric_account or alarm.account)


def _distinct(apis: tuple[Api, ...]) -> tuple[Api, ...]:
    """The APIs and stages. Of several routes none is known to be the one that fails, so the route is left out."""
    return apis if len(apis) == 1 else tuple(dict.fromkeys(Api(api.name, api.id, api.stage) for api in apis))
