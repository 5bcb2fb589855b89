"""BE-01: the targets reset connections in the minutes in which requests fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.diagnosis import metrics
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.balancer_metrics import (
    BALANCER_RESETS,
    TARGET_RESETS,
    Traffic,
    counter,
    name_of,
    network_balancers,
    statistics_command,
    traffic,
)
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.failures import LOST_CONNECTION, signatures_on
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.sources import EXECUTION_LOG, METRIC
from bot.diagnosis.trends import Comparison, compare, minutes_above, stretched
from bot.language import _

_DYING_WITHIN = 5


class TargetResetsConnections(Check[BalancerHop]):
    """The targets reset connections in the minutes in which requests fail.

    Why: a target that answers with TCP RST has nothing listening on the port, or its application closed the
    connection. API Gateway then has no answer, and the request ends in HTTP 500.
    How we decide: a few resets are normal at any time, so the minutes with 5XX (in the API's metric, or with a lost
    connection in the log) are compared with quiet minutes that had traffic. Resets in most failing minutes, at least
    three times as many as in quiet ones, fail, unless the log shows that other things failed; then they warn. So do
    resets where no quiet minutes are left to compare with, and resets by the load balancer just before targets become
    unhealthy. Steady resets are idle connections (BE-03). No resets pass; neither traffic nor resets is unknown.
    How to fix: there is no direct one. See whether the process runs and listens (BE-02), whether it closes idle
    connections (BE-03), and whether it expects another protocol (LB-06).
    References: AWS: load-balancer-cloudwatch-metrics (network); api-gateway-500-error-vpc.
    """

    code = "BE-01"
    title = "Targets do not reset connections while requests fail"
    hop = Hop.TARGET
    needs = (METRIC, EXECUTION_LOG)
    signatures = LOST_CONNECTION
    warning_signatures = LOST_CONNECTION
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every network load balancer: only they count resets."""
        return network_balancers(walk)

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Compare the target resets of failing minutes with those of quiet ones."""
        resets, times, name = counter(subject, TARGET_RESETS), traffic(subject, walk), name_of(subject)
        found = compare(resets, times.failing, times.seen)
        if not resets.total and not times.seen:
            summary = _("{name} had no traffic in the hours that were read, so resets tell nothing.", name=name)
            yield self.undecided(subject.arn, summary, subject=subject)
        elif found.total and (found.rises or not found.comparable):
            yield self._together(subject, walk, found, times)
        elif dying := self._dying(subject, walk, times):
            yield dying
        elif not resets.total:
            yield self.passed(subject.arn, _("No target behind {name} reset a connection.", name=name), subject=subject)
        elif times.failing and found.total:
            summary = _(
                "Targets behind {name} reset connections, but no more than in quiet minutes: {numbers}.",
                name=name,
                numbers=_numbers(found),
            )
            yield self.passed(subject.arn, summary, subject=subject)
        else:
            summary = _(
                "Targets behind {name} reset {total} connections, none of them while requests failed.",
                name=name,
                total=format(resets.total, "g"),
            )
            yield self.passed(subject.arn, summary, subject=subject)

    def _together(self, subject: BalancerHop, walk: Walk, found: Comparison, times: Traffic) -> Finding:
        """Judge resets that come with the failures; what the log shows of other failures speaks against them."""
        shown = signatures_on(walk, subject.path)
        citation = self.cite(METRIC, subject.arn, f"{TARGET_RESETS} (Sum)", _numbers(found))
        fix = _fix(subject, TARGET_RESETS, times)
        if not found.comparable:
            summary = _(
                "Targets behind {name} reset {total} connections while requests failed, and there are "
                "no quiet minutes to compare with.",
                name=name_of(subject),
                total=format(found.total, "g"),
            )
            return self.warned(subject.arn, summary, [citation], fix, subject=subject)
        summary = _(
            "Targets behind {name} reset {total} connections in the {minutes} minutes in which "
            "requests failed, {rate} a minute against {quiet_rate} in quiet ones.",
            name=name_of(subject),
            total=format(found.total, "g"),
            minutes=found.minutes,
            rate=format(found.rate, ".1f"),
            quiet_rate=format(found.quiet_rate, ".1f"),
        )
        if shown and not shown & LOST_CONNECTION:
            others = ", ".join(sorted(shown))
            summary += " " + _("The log shows other failures ({others}).", others=others)
            return self.warned(subject.arn, summary, [citation], fix, subject=subject)
        return self.failed(subject.arn, summary, [citation], fix, subject=subject)

    def _dying(self, subject: BalancerHop, walk: Walk, times: Traffic) -> Finding | None:
        """Judge resets by the load balancer itself, which come when a target became unhealthy."""
        found = compare(counter(subject, BALANCER_RESETS), times.failing, times.seen)
        if not found.rises:
            return None
        sick = _unhealthy_minutes(subject, walk) & stretched(times.failing, 0, _DYING_WITHIN)
        if not sick:
            return None
        summary = _(
            "{name} reset {total} connections while requests failed, and targets became unhealthy "
            "at {clock}: they went down while in use.",
            name=name_of(subject),
            total=format(found.total, "g"),
            clock=_clock(min(sick)),
        )
        citation = self.cite(METRIC, subject.arn, f"{BALANCER_RESETS} (Sum)", _numbers(found))
        fix = _fix(subject, BALANCER_RESETS, times)
        return self.warned(subject.arn, summary, [citation], fix, subject=subject)


def _unhealthy_minutes(subject: BalancerHop, walk: Walk) -> frozenset[int]:
    """Return when targets were unhealthy; nothing where that was not read, for it only explains the resets."""
    found: frozenset[int] = frozenset()
    for group in (g for g in walk.target_groups.items if g.balancer.arn == subject.arn):
        key = metrics.of_target_group(subject.arn, group.arn)["UnHealthyHostCount"]
        try:
            series = walk.evidence.get(METRIC, key)
        except MissingEvidence:
            continue
        found |= minutes_above(series) if series else frozenset()
    return found


def _numbers(found: Comparison) -> str:
    return _(
        "{total} in {minutes} failing minutes; {quiet_total} in {quiet_minutes} quiet minutes",
        total=format(found.total, "g"),
        minutes=found.minutes,
        quiet_total=format(found.quiet_total, "g"),
        quiet_minutes=found.quiet_minutes,
    )


def _clock(minute: int) -> str:
    return f"{datetime.fromtimestamp(minute, UTC):%H:%M} UTC"


def _fix(subject: BalancerHop, name: str, times: Traffic) -> Fix:
    first, last = (datetime.fromtimestamp(x, UTC) for x in (min(times.failing) - 600, max(times.failing) + 600))
    command = statistics_command(subject, name, f"{first:%Y-%m-%dT%H:%M:%SZ}", f"{last:%Y-%m-%dT%H:%M:%SZ}")
    return Fix(
        summary=_(
            "Find out in the targets' own logs why connections end, from {clock} on.", clock=_clock(min(times.failing))
        ),
        cli=(command,),
        console=_(
            "EC2 › Load balancers › Monitoring: Target reset count; then the log of the service on the target.",
        ),
        steps=(
            _("See whether the process runs and listens on the target port, and whether it restarted."),
            _("See whether the server's keep-alive is shorter than the load balancer's idle timeout."),
            _("See whether the backend expects TLS where it gets plain HTTP, or the other way round."),
        ),
    )
