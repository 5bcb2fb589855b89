"""LBE-01: the backend itself answers 5xx; the VPC link carries the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from bot.diagnosis.access_format import INTEGRATION_ERRORS, names_reason
from bot.diagnosis.access_log import access_requests, read_line
from bot.diagnosis.check import Check
from bot.diagnosis.checks.target.answered_by import ALB_CODES, Author, author
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import (
    PathRequests,
    by_path,
    citations,
    from_access_log,
    has_log,
    log_group,
    moment,
    most,
    others,
    placing,
)
from bot.diagnosis.request_log import BACKEND_ANSWERED, RequestLog
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, METRIC, STAGE
from bot.language import _

_ONLY_ALB = (463, 464)
"""Statuses that only an application load balancer gives."""


@dataclass(frozen=True)
class _Answers:
    """The requests that the backend answered with 5xx."""

    sure: tuple[RequestLog, ...]
    unsure: tuple[RequestLog, ...]
    """Of unknown path, or of an access log that does not say whether the integration failed."""


class BackendAnswers5xx(Check[PathRequests]):
    """The backend itself answers with HTTP 5xx. The VPC link is not at fault.

    Why: a proxy integration passes the backend's status on. A client cannot tell it from a 500 that API Gateway made.
    How we decide: a failing request whose log holds the backend's own status of 500 or more, and no failure of
    API Gateway, was answered by the backend. At least half of the path's failing requests: fails; fewer, or a log that
    does not say which route was taken: warns. A network load balancer never answers by itself, an application load
    balancer does: where its metrics count more 5xx of its own (HTTPCode_ELB_5XX_Count) than of its targets
    (HTTPCode_Target_5XX_Count), or cannot tell for a 502, 503 or 504, it only warns: another check finds the reason.
    How to fix: look into the backend's own log at the time of the request. An answer that the load balancer made has
    its reason between the load balancer and its targets.
    References: AWS: load-balancer-troubleshooting and load-balancer-cloudwatch-metrics (application),
    set-up-logging, http-api-logging-variables.
    """

    code = "LBE-01"
    title = "The backend does not itself answer with 5xx"
    hop = Hop.TARGET
    needs = (EXECUTION_LOG, ACCESS_LOG, STAGE, METRIC)
    signatures = frozenset({BACKEND_ANSWERED})
    warning_signatures = frozenset({BACKEND_ANSWERED})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[PathRequests]:
        """Every path with its failing requests."""
        return by_path(walk)

    def judge(self, subject: PathRequests, walk: Walk) -> Iterator[Finding]:
        """Judge who answered the failing requests."""
        path = subject.path
        if not has_log(walk):
            summary = _(
                "No log of stage {stage} tells what the backend of {resource} answers.",
                stage=path.stage.name,
                resource=path.resource,
            )
            yield self.undecided(path.resource, summary, subject=subject)
            return
        answers = _answers(subject, walk)
        if answers.sure or answers.unsure:
            yield self._answered(subject, answers, walk)
        elif subject.requests:
            number = len(subject.requests)
            summary = _(
                "The backend of {resource} answered none of its {number} failing request(s) with 5xx.",
                resource=path.resource,
                number=number,
            )
            yield self.passed(path.resource, summary, subject=subject)
        else:
            summary = _("No failing request on {resource} is logged that tells what failed.", resource=path.resource)
            yield self.not_applicable(path.resource, summary, subject=subject)
        yield from self._refused(subject, walk)

    def _answered(self, subject: PathRequests, answers: _Answers, walk: Walk) -> Finding:
        path, found = subject.path, answers.sure or answers.unsure
        who = author(path, [x.backend_status or 0 for x in found], walk)
        every = len(subject.requests) if answers.sure else len(found)
        values = {"name": who.name, "path": path.resource, "statuses": _statuses(found)}
        values |= {"number": str(len(found)), "every": str(every)}
        values["others"] = others(subject.requests, BACKEND_ANSWERED) if answers.sure else ""
        said = (
            _(
                "{name} itself answered {statuses} to {number} of the {every} newest failing request(s){others}.",
                **values,
            )
            if who.by_balancer
            else _(
                "The backend of {path} itself answered {statuses} to {number} of the {every} newest failing "
                "request(s){others}.",
                **values,
            )
        )
        summary = f"{said} {who.reason or _('The VPC link carried request and answer.')}"
        cited = [*citations(found, walk), *who.citations]
        if answers.sure and who.by_backend and most(answers.sure, subject.requests):
            return self.failed(who.resource, summary, cited, _fix(found[0], walk, who, path), subject=subject)
        if not answers.sure:
            summary += " " + _("The log does not tell for sure that this path's backend gave it.")
        return self.warned(who.resource, summary, cited, _fix(found[0], walk, who, path), subject=subject)

    def _refused(self, subject: PathRequests, walk: Walk) -> Iterator[Finding]:
        """Answers of 463 and 464 are no 5xx, so the execution log's failing requests never hold them."""
        log_format = _format(walk)
        place = placing(walk)
        every = [x for reading in walk.access_readings.items for x in access_requests(reading.events, log_format)]
        found = [x for x in every if x.backend_status in _ONLY_ALB and place(x) == subject.path.index]
        if found:
            codes = sorted({x.backend_status for x in found if x.backend_status})
            said = "; ".join(_("{code}: {meaning}", code=code, meaning=_(ALB_CODES[code])) for code in codes)
            summary = _(
                "The load balancer of {resource} refused {count} request(s) itself ({said}). The client "
                "sees that status, not a 500.",
                resource=subject.path.resource,
                count=len(found),
                said=said,
            )
            yield self.warned(subject.path.resource, summary, citations(found, walk), subject=subject)


def _answers(subject: PathRequests, walk: Walk) -> _Answers:
    tells = names_reason(_format(walk))
    mine = [x for x in subject.showing(BACKEND_ANSWERED) if not _gives_reason(x, walk)]
    sure = tuple(x for x in mine if tells or not from_access_log(x, walk))
    return _Answers(sure, tuple(x for x in mine if x not in sure) + subject.maybe_showing(BACKEND_ANSWERED))


def _gives_reason(request: RequestLog, walk: Walk) -> bool:
    """Whether an access-log line names a failure of the integration: then API Gateway itself made the answer."""
    if not from_access_log(request, walk):
        return False
    values = read_line(request.lines[0].message, _format(walk))
    return any(name in values for name in INTEGRATION_ERRORS)


def _format(walk: Walk) -> str:
    stage = walk.stage
    return stage.access_log.format if stage and stage.access_log else ""


def _statuses(requests: tuple[RequestLog, ...]) -> str:
    counted = Counter(x.backend_status for x in requests)
    if len(counted) == 1:
        return f"{requests[0].backend_status}"
    return ", ".join(f"{status} ({count}×)" for status, count in counted.most_common())


def _fix(newest: RequestLog, walk: Walk, who: Author, path: Path) -> Fix:
    group = log_group(newest, walk)
    at = int(newest.at.timestamp() * 1000)
    show = (
        f"aws logs filter-log-events --log-group-name {quote(group)} --start-time {at - 120_000} "
        f"--end-time {at + 120_000}"
    )
    show += " --filter-pattern " + quote(f'"{newest.request_id}"') if newest.request_id else ""
    health = tuple(
        f"aws elbv2 describe-target-health --target-group-arn {hop.arn}"
        for hop in walk.target_groups.items
        if hop.path.index == path.index
    )
    if who.by_backend:
        return Fix(
            summary=_(
                "Look into the backend's own log at {moment}: it gave this answer itself.", moment=moment(newest)
            ),
            cli=(show, *health),
            console=_("The log of the service behind the target group (CloudWatch › Log groups, or on its host)."),
            steps=(
                _("Find the request in the backend's own log, by its time and path."),
                _(
                    "Repair what it says there; the VPC link, the load balancer and the network carried the request.",
                ),
            ),
        )
    return Fix(
        summary=_(
            "Find out who answered: the load balancer's metrics count its own 5xx apart from its targets'.",
        ),
        cli=(*health, show),
        console=_("EC2 › Load balancers › Monitoring: ELB 5XXs beside Target 5XXs; Target groups › Targets."),
        steps=(
            _("ELB 5XXs: repair what keeps the load balancer from its targets."),
            _("Target 5XXs: look into the backend's own log."),
        ),
    )
