"""From what an alarm watches to the request to diagnose: which API is meant by a name, and which stage fails.

AWS: "Amazon API Gateway dimensions and metrics". Two APIs of one name share one metric, and ApiName without Stage is
the sum of all stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.alarms.model import Api as Watched
from bot.diagnosis.metric_names import REST_METRICS
from bot.diagnosis.model import Gap, Request
from bot.diagnosis.resources import Api
from bot.language import _
from bot.responding.looking import LookUp
from bot.responding.subject import Subject, request_for

Reason = Literal["names", "stage", "several", "missing"]


@dataclass(frozen=True)
class Option:
    """One request that may be meant, and what to call it on a button."""

    label: str
    request: Request


@dataclass(frozen=True)
class Resolution:
    """The options: exactly one is the answer; several, or none, are a question for its `reason`."""

    options: tuple[Option, ...]
    reason: Reason = "several"
    note: str = ""
    """How the only option was found, where the message does not say it."""
    gap: Gap | None = None
    """What could not be read; the options are then what the message says."""

    @property
    def request(self) -> Request | None:
        """The request, where it is the only one that can be meant."""
        return self.options[0].request if len(self.options) == 1 else None


@dataclass(frozen=True)
class _Candidate:
    watched: Watched
    api: Api
    stage: str
    alone: bool
    """No other API is meant by the same name."""


async def resolve(look_up: LookUp, subject: Subject) -> Resolution:
    """Find the API and the stage. What the message says in full is taken as it is where AWS cannot tell more."""
    candidates: list[_Candidate] = []
    unknown: list[Option] = []
    for watched in subject.apis:
        found = await look_up.apis(subject.region, watched.id or watched.name or "")
        meant = () if isinstance(found, Gap) else _by_protocol(found, subject.metric)
        if not meant and watched.stage:
            unknown.append(_as_written(subject, watched, watched.stage))
        if isinstance(found, Gap):
            if not watched.stage:
                return Resolution((), gap=found)
            continue
        for api in meant:
            stages = await _stages(look_up, subject.region, watched, api, alone=len(meant) == 1)
            if isinstance(stages, Gap):
                return Resolution((), gap=stages)
            candidates += [_Candidate(watched, api, stage, len(found) == 1) for stage in stages]
    if len(candidates) + len(unknown) <= 1:
        return Resolution((*(_option(subject, one) for one in candidates), *unknown), "missing")
    return await _which(look_up, subject, candidates, unknown)


async def _which(look_up: LookUp, subject: Subject, candidates: list[_Candidate], unknown: list[Option]) -> Resolution:
    """Several may be meant: the one that fails now, if there is one, or else a question."""
    failing = await look_up.failing(subject.region, [(one.api, one.stage) for one in candidates])
    fail = [] if isinstance(failing, Gap) else [one for one in candidates if (one.api, one.stage) in failing]
    if len(fail) == 1 and not unknown:
        only = fail[0]
        note = _(
            "Of what it watches, {api} / {stage} alone answers 5xx now.",
            api=only.api.name or only.api.id,
            stage=only.stage,
        )
        return Resolution((_option(subject, only),), note=note)
    shared = any(not one.alone for one in candidates)
    reason: Reason = "names" if shared else "stage" if len(subject.apis) == 1 else "several"
    return Resolution((*(_option(subject, one) for one in fail or candidates), *unknown), reason)


async def _stages(look_up: LookUp, region: str, watched: Watched, api: Api, *, alone: bool) -> tuple[str, ...] | Gap:
    """The stages that may be meant. Of several APIs of one name, only those that have the stage."""
    if watched.stage and alone:
        return (watched.stage,)
    stages = await look_up.stages(region, api)
    if isinstance(stages, Gap) or not watched.stage:
        return stages
    return tuple(stage for stage in stages if stage == watched.stage)


def _by_protocol(apis: tuple[Api, ...], metric: str | None) -> tuple[Api, ...]:
    """Of APIs of one name, those that publish this metric."""
    rest = tuple(api for api in apis if api.protocol == "REST")
    return rest if metric in REST_METRICS and rest else apis


def _option(subject: Subject, one: _Candidate) -> Option:
    name = one.api.name or one.api.id
    label = f"{name} / {one.stage}" if one.alone else f"{name} / {one.stage} · {one.api.protocol} · {one.api.id}"
    known = one.api.name if one.alone and one.api.name else one.api.id
    return Option(label, request_for(subject, one.watched, one.stage, known))


def _as_written(subject: Subject, watched: Watched, stage: str) -> Option:
    request = request_for(subject, watched, stage)
    return Option(f"{request.api} / {stage}", request)
