"""TG-01: the target group has no target that can serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.diagnosis.check import Check
from bot.diagnosis.checks.target_group.health_reasons import fix_for, register
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import TargetHealth, TargetHealthDescription
from bot.diagnosis.sources import TARGET_GROUP, TARGET_HEALTH
from bot.language import _

_UNHEALTHY = frozenset({"unhealthy", "unhealthy.draining", "unused", "draining"})
"""States in which a target takes no new request for sure. `unavailable`, or a state that AWS adds, may be healthy."""
_LEAVING = frozenset({"draining", "unhealthy.draining"})


class TargetsUnhealthy(Check[TargetGroupHop]):
    """No registered target is healthy, or none is registered.

    Why: with no target registered there is nowhere to send a request. With no healthy one a network load balancer
    sends to all of them (it fails open), and what made the health checks fail usually makes the requests fail too.
    How we decide: no target or no healthy one fails; some unhealthy warns, and so does a group in which all that stay
    are still `initial`. Where the load balancer gives no health (checks switched off), it is unknown. A target's own
    fault (security group, network ACL, stopped instance) is the cause where we see it. All healthy passes, but says
    nothing about requests: health checks may use another port, and pass other security-group rules.
    How to fix: by the reason code that the load balancer gives for each target.
    References: AWS: target-group-health-checks, check-target-health (network load balancers).
    """

    code = "TG-01"
    title = "Target group has healthy targets"
    hop = Hop.TARGET_GROUP
    needs = (TARGET_GROUP, TARGET_HEALTH)
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E5", "E9", "E10", BACKEND_ANSWERED})
    warning_signatures = frozenset({"E1", "E5", "E10"})
    explains = ("BE-01", "TMO-01", "BE-03")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group that the paths lead to."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the health of all registered targets."""
        group = subject.group
        if group is None:
            yield self.not_applicable(subject.arn, _("The target group does not exist."), subject=subject)
            return
        targets = subject.health
        if not targets:
            citation = self.cite(TARGET_HEALTH, subject.arn, "TargetHealthDescriptions", "[]")
            summary = _("Target group {group} has no registered target.", group=group.target_group_name)
            yield self.failed(subject.arn, summary, [citation], register(subject), subject=subject)
            return
        states = Counter(x.target_health.state for x in targets)
        healthy, total = states["healthy"], len(targets)
        if healthy == total:
            yield self.passed(
                subject.arn,
                _(
                    "Target group {group}: {total} of {total} targets healthy.",
                    group=group.target_group_name,
                    total=total,
                ),
                subject=subject,
            )
            return
        bad = [x for x in targets if x.target_health.state != "healthy"]
        citations, fix = [self._citation(subject, x) for x in bad[:5]], fix_for(subject, bad)
        doubtful = [x for x in bad if x.target_health.state not in _UNHEALTHY | {"initial"}]
        if healthy:
            summary = _(
                "Target group {group}: only {healthy} of {total} targets healthy ({reasons}).",
                group=group.target_group_name,
                healthy=healthy,
                total=total,
                reasons=_reasons(bad),
            )
            yield self.warned(subject.arn, summary, citations, fix, subject=subject)
        elif doubtful:
            summary = _(
                "Target group {group}: the health of {count} of {total} targets is not known ({reasons}).",
                group=group.target_group_name,
                count=len(doubtful),
                total=total,
                reasons=_reasons(doubtful),
            )
            yield self.undecided(subject.arn, summary, subject=subject)
        elif states["initial"] and all(x.target_health.state in _LEAVING | {"initial"} for x in bad):
            summary = _(
                "Target group {group}: no target healthy yet, {initial} of {total} still being checked.",
                group=group.target_group_name,
                initial=states["initial"],
                total=total,
            )
            yield self.warned(subject.arn, summary, citations, fix, subject=subject)
        else:
            summary = _(
                "Target group {group}: 0 of {total} targets healthy ({reasons}).",
                group=group.target_group_name,
                total=total,
                reasons=_reasons(bad),
            )
            yield self.failed(subject.arn, summary, citations, fix, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every registered target is healthy; a group without targets cannot be repaired on the model."""
        health = walk.evidence.get(TARGET_HEALTH, finding.resource)
        if not health:
            return None
        healed = tuple(x.model_copy(update={"target_health": TargetHealth(state="healthy")}) for x in health)
        return walk.evidence.with_value(TARGET_HEALTH, finding.resource, healed)

    def _citation(self, hop: TargetGroupHop, target: TargetHealthDescription) -> Citation:
        health = target.target_health
        value = f"{health.state} {health.reason}".strip()
        return self.cite(TARGET_HEALTH, hop.arn, f"{target.target.id}:{target.target.port}.TargetHealth", value)


def _reasons(bad: Sequence[TargetHealthDescription]) -> str:
    counted = Counter(x.target_health.reason or x.target_health.state for x in bad)
    return ", ".join(reason for reason, _ in counted.most_common(3))
