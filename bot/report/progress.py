"""Evidence so far → the live view: which station is done, which is being read, and what was found there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from bot.diagnosis.drawing import draw
from bot.diagnosis.evidence import Evidence, Key
from bot.diagnosis.model import Gap, Hop, PathHop
from bot.diagnosis.path import Walk
from bot.diagnosis.sources import SOURCES
from bot.language import _, marked, plural
from bot.report.contexts import Step
from bot.report.limits import clip, limited

_LONGEST_TITLE = 150
_MOST_CALLS = 4

STATIONS: Final[tuple[tuple[str, str, tuple[Hop, ...]], ...]] = (
    ("api", marked("API, stage and routes"), (Hop.API, Hop.STAGE)),
    ("link", marked("VPC link"), (Hop.VPC_LINK, Hop.ENDPOINT_SERVICE)),
    ("balancer", marked("Load balancer and listener"), (Hop.LOAD_BALANCER, Hop.LISTENER)),
    ("targets", marked("Target group and targets"), (Hop.TARGET_GROUP, Hop.TARGET)),
    ("network", marked("Security groups, network ACLs and routes"), ()),
    ("logs", marked("Logs of failing requests"), ()),
    ("metrics", marked("Metrics and changes"), ()),
)
"""The stations in the order of the view: id, name, and the hops whose lines stand there once they are known."""

_BY_SERVICE: Final[dict[str, str]] = {"logs": "logs", "iam": "logs", "cloudwatch": "metrics", "acm": "balancer"}
_BY_SOURCE: Final[dict[str, str]] = {
    "vpc-link-v1": "link",
    "vpc-link-v2": "link",
    "link-interfaces": "link",
    "endpoint-services": "link",
    "endpoint-connections": "link",
    "cloud-map": "targets",
    "target-group": "targets",
    "target-health": "targets",
    "target-group-attributes": "targets",
    "instance": "targets",
    "probe": "targets",
    "interface-by-address": "targets",
    "balancer-interfaces": "balancer",
    "logging-account": "logs",
    "caller": "api",
    "quota": "metrics",
    "service-events": "metrics",
    "changes": "metrics",
}
_OTHERWISE: Final[dict[str, str]] = {"apigateway": "api", "ec2": "network", "elasticloadbalancing": "balancer"}


def station_of(source: str) -> str:
    """The station that a source of evidence belongs to; one that nobody has placed goes by its service."""
    if source in _BY_SOURCE:
        return _BY_SOURCE[source]
    service = SOURCES[source].call.partition(":")[0]
    return _BY_SERVICE.get(service) or _OTHERWISE.get(service.removesuffix("v2"), "metrics")


def steps(evidence: Evidence | None, pending: Iterable[Key] = ()) -> tuple[Step, ...]:
    """The stations as they are now. No evidence yet: all are waiting but the first."""
    if evidence is None:
        return tuple(Step(i, _(name), "in_progress" if i == "api" else "pending") for i, name, _hops in STATIONS)
    reading: dict[str, list[str]] = {}
    for source, _key in sorted(pending):
        reading.setdefault(station_of(source), []).append(SOURCES[source].call)
    read: dict[str, list[bool]] = {}
    for (source, _key), outcome in evidence.reads.items():
        read.setdefault(station_of(source), []).append(isinstance(outcome, Gap))
    known = _known(evidence)
    return tuple(
        Step(
            station,
            clip(known.get(station) or _(name), _LONGEST_TITLE),
            _state(station, reading, read),
            _calls(reading.get(station, [])),
        )
        for station, name, _hops in STATIONS
    )


def _state(
    station: str, reading: Mapping[str, list[str]], read: Mapping[str, list[bool]]
) -> Literal["pending", "in_progress", "complete", "error"]:
    if station in reading:
        return "in_progress"
    if station not in read:
        return "pending"
    return "error" if all(read[station]) else "complete"


def _known(evidence: Evidence) -> dict[str, str]:
    """What is known of the hops of each station, in the words of the path."""
    hops = [hop for hop in draw(Walk(evidence), ()) if hop.resource and hop.path == 0]
    return {station: _summary(hops, kinds) for station, _, kinds in STATIONS if any(h.hop in kinds for h in hops)}


def _summary(hops: list[PathHop], kinds: tuple[Hop, ...]) -> str:
    return " · ".join(hop.summary for hop in hops if hop.hop in kinds)


def _calls(calls: list[str]) -> str:
    shown = limited(dict.fromkeys(calls), _MOST_CALLS)
    if not shown.items:
        return ""
    names = ", ".join(shown.items)
    if shown.more:
        names = plural("{names} +{count} more", "{names} +{count} more", shown.more, names=names)
    return _("reading {calls}", calls=names)
