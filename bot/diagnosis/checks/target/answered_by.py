"""Who gave an answer of 5xx: the backend, or an application load balancer before it.

Sources: AWS: load-balancer-troubleshooting, load-balancer-cloudwatch-metrics (application load balancers). A network
load balancer forwards packets and never answers with an HTTP status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.diagnosis import metrics
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Citation
from bot.diagnosis.path import Walk
from bot.diagnosis.sources import METRIC
from bot.language import _, marked

ALB_CODES = {
    502: marked("a target reset the connection, sent no proper HTTP, or TLS to it failed"),
    503: marked("no target is registered, or all of them are unused"),
    504: marked("no connection to a target within 10 seconds, or no answer before the idle timeout"),
    463: marked("X-Forwarded-For holds more than 30 addresses"),
    464: marked("the target group's protocol version does not fit HTTP/1.1, which API Gateway speaks"),
}
"""What the statuses mean that an application load balancer gives by itself; marked for translation."""

_OWN, _TARGETS = "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"


@dataclass(frozen=True)
class Author:
    """Who answered. Neither flag is set where the evidence does not decide."""

    resource: str
    by_backend: bool
    by_balancer: bool = False
    name: str = ""
    reason: str = ""
    citations: tuple[Citation, ...] = ()


def author(path: Path, statuses: Sequence[int], walk: Walk) -> Author:
    """Return who gave these answers on a path."""
    groups = [hop.arn for hop in walk.target_groups.items if hop.path.index == path.index]
    backend = groups[-1] if groups else path.resource
    arns = [hop.arn for hop in walk.balancers.items if hop.path.index == path.index]
    balancer = next((arn for arn in reversed(arns) if ":loadbalancer/app/" in arn), "")
    if not balancer:
        return Author(backend, by_backend=True)
    name = _("Application load balancer {name}", name=balancer.split("/")[-2])
    counted = _counted(balancer, walk)
    meanings = "; ".join(
        _("{code}: {meaning}", code=code, meaning=_(ALB_CODES[code]))
        for code in sorted(set(statuses))
        if code in ALB_CODES
    )
    meant = f" ({meanings})" if meanings else ""
    if counted is None and meanings:
        reason = _(
            "Whether {name} made the answer is not known: it gives such ones itself{meant}.", name=name, meant=meant
        )
        return Author(backend, by_backend=False, reason=reason)
    if counted is None:
        return Author(backend, by_backend=True)
    own, targets = counted
    cited = tuple(_cited(balancer, *pair) for pair in ((_OWN, own), (_TARGETS, targets)))
    if own > targets:
        reason = _(
            "Its metrics count {own} answers of its own and {targets} of its targets{meant}.",
            own=format(own, "g"),
            targets=format(targets, "g"),
            meant=meant,
        )
        return Author(balancer, by_backend=False, by_balancer=True, name=name, reason=reason, citations=cited)
    reason = _(
        "{name} counts {targets} answers of its targets and {own} of its own: the VPC link works.",
        name=name,
        targets=format(targets, "g"),
        own=format(own, "g"),
    )
    return Author(backend, by_backend=True, reason=reason, citations=cited)


def _counted(balancer: str, walk: Walk) -> tuple[float, float] | None:
    """The 5xx of the load balancer itself and of its targets; None where the metrics hold none, or were not read."""
    series = metrics.of_balancer(balancer)
    try:
        # Optional: without the metrics the log still tells that an answer came.
        own, targets = (walk.evidence.get(METRIC, series[name]) for name in (_OWN, _TARGETS))
    except MissingEvidence:
        return None
    totals = (own.total if own else 0.0, targets.total if targets else 0.0)
    return totals if any(totals) else None


def _cited(balancer: str, metric: str, total: float) -> Citation:
    return Citation(source=METRIC.call, resource=balancer, field=metric, value=format(total, "g"))
