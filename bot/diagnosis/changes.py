"""What changed: CloudTrail's management events on the resources of a path, before the first error.

CloudTrail answers two look-ups a second, so they come after the verdict, resource by resource, and few of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.diagnosis import sources as s
from bot.diagnosis.model import Cause, RecordedChange, Report
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import Change

MOST_LOOKUPS = 10

_TELLING = {
    "SG-": ("SecurityGroup",),
    "NACL-": ("NetworkAcl",),
    "LB-": ("Listener", "LoadBalancer", "Rule", "TargetGroup", "SecurityGroups", "Subnets"),
    "TG-": ("Targets", "TargetGroup", "StopInstances", "TerminateInstances"),
    "BE-": ("StopInstances", "TerminateInstances", "Targets"),
    "TLS-": ("Certificate", "Listener", "Integration"),
    "VPL-": ("VpcLink", "UpdateStage", "Integration", "VpcEndpoint"),
    "DEP-": ("Deployment", "Integration", "UpdateStage", "PutRestApi", "ImportRestApi"),
    "CTX-": ("RestApi", "Api", "Stage"),
    "INT-": ("Integration", "MethodResponse"),
}
"""Parts of the names of the calls that can bring about the faults of a family."""


def resources_to_look_up(report: Report) -> tuple[str, ...]:
    """Return the resources whose changes matter, those of the causes first. CloudTrail names them by id or ARN."""
    names = [cause.resource for cause in report.verdict.causes]
    names += [hop.resource for hop in report.path if hop.path == 0]
    names += [report.request.api_id or ""]
    usable = (name for name in names if name and " " not in name)
    return tuple(dict.fromkeys(usable))[:MOST_LOOKUPS]


def recorded(walk: Walk, causes: Iterable[Cause]) -> tuple[RecordedChange, ...]:
    """Return the changes that succeeded before the first failing request (before now, if none failed), newest first."""
    first = min((request.at for request in walk.failing), default=walk.evidence.at)
    read = (change for _, found in walk.evidence.items(s.CHANGES) for change in found)
    unique = {change.event_id or f"{change.at}{change.call}": change for change in read}
    before = [change for change in unique.values() if change.at <= first and not change.error]
    codes = list(dict.fromkeys(cause.check for cause in causes))
    return tuple(
        RecordedChange(
            at=change.at,
            call=change.call,
            principal=change.principal,
            resource=change.resource,
            fits=tuple(code for code in codes if fits(change, code)),
        )
        for change in sorted(before, key=lambda change: (change.at, change.event_id), reverse=True)
    )


def fits(change: Change, check: str) -> bool:
    """Whether a call can have brought about a check's fault."""
    operation = change.call.partition(":")[2]
    return any(part in operation for family, parts in _TELLING.items() if check.startswith(family) for part in parts)
