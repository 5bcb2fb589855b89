"""LOG-06: the log shows failing requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from shlex import quote

from bot.diagnosis.check import Check, Role
from bot.diagnosis.checks.logging.levels import has_execution_log
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import execution_log_group
from bot.diagnosis.request_log import (
    BACKEND_ANSWERED,
    NOT_THE_LINK,
    RequestLog,
    failing_accesses,
    failing_requests,
    outcome,
)
from bot.diagnosis.resources import LogReading
from bot.diagnosis.signatures import classify
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, STAGE
from bot.language import _, plural

_QUOTED = 240
_BALANCERS_OWN = {502, 503, 504}
"""What an application load balancer answers by itself (AWS: load-balancer-troubleshooting)."""


class RequestsFailing(Check[LogReading]):
    """The log shows requests that failed.

    Why: its line "Execution failed due to …" names the class of the failure, which tells where to look. It is the
    symptom; the cause is what another check finds wrong.
    How we decide: the failing requests of a log are brought together by what failed; each kind fails, with its count
    and its newest request. Failures beside the link (Lambda, authorizer, WAF, usage plan) and answers of 5xx that
    the backend itself gave are said as such: the link is not at fault there. No failing request is unknown, not pass:
    lines arrive late, and a level of OFF writes none. That unknown misses no evidence, so it does not make the verdict
    inconclusive; a log that could not be read does. Where the asked window holds no failure, the last 24 hours count.
    An HTTP API has only its access log, and a REST API's access log tells where the execution log does not.
    How to fix: repair the cause that the report names. This check only reads the log.
    References: AWS: api-gateway-500-error-vpc, set-up-logging, http-api-logging-variables, API reference
    FilterLogEvents.
    """

    code = "LOG-06"
    title = "The log shows no failing request"
    hop = Hop.LOGGING
    role = Role.SYMPTOM
    needs = (EXECUTION_LOG, ACCESS_LOG, STAGE)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LogReading]:
        """Every log that was read for this stage."""
        readings, api, stage = walk.log_readings, walk.api, walk.stage
        if api is None or stage is None:
            return Reached(())
        if not has_execution_log(walk):
            return walk.access_readings
        if not readings.items and not readings.gaps:
            walk.evidence.get(EXECUTION_LOG, execution_log_group(api.id, stage.name))
        silent = not any(_failing(x, walk) for x in readings.items)
        telling = tuple(x for x in walk.access_readings.items if silent and _failing(x, walk))
        return Reached(readings.items + telling, readings.gaps)

    def judge(self, subject: LogReading, walk: Walk) -> Iterator[Finding]:
        """Say what fails, one finding a kind."""
        kinds: dict[str, list[RequestLog]] = {}
        for request in _failing(subject, walk):
            kinds.setdefault(_kind(request), []).append(request)
        if not kinds:
            yield self.undecided(subject.group, _nothing(subject, walk.request.since_minutes))
        for requests in kinds.values():
            yield self._kind_failed(subject, requests, walk)

    def _kind_failed(self, reading: LogReading, requests: Sequence[RequestLog], walk: Walk) -> Finding:
        newest, is_access_log = requests[0], _is_access_log(reading, walk)
        line = _telling_line(newest)
        what = _what(newest, "" if is_access_log else line, walk)
        said = (_count(requests, reading), what, _newest(newest), _widened(reading, walk))
        summary = " ".join(filter(None, said))
        source = ACCESS_LOG if is_access_log else EXECUTION_LOG
        field = _("request {id}", id=newest.request_id) if newest.request_id else _("request without id")
        citation = self.cite(source, reading.group, field, line)
        return self.failed(reading.group, summary, [citation], _fix(newest, reading.group))


def _is_access_log(reading: LogReading, walk: Walk) -> bool:
    return any(reading is x for x in walk.access_readings.items)


def _failing(reading: LogReading, walk: Walk) -> tuple[RequestLog, ...]:
    if not _is_access_log(reading, walk):
        return failing_requests(reading.events)
    settings = walk.stage.access_log if walk.stage else None
    return failing_accesses(reading.events, settings.format if settings else "")


def _kind(request: RequestLog) -> str:
    shown = outcome(request)
    return f"{shown} {request.backend_status}" if shown == BACKEND_ANSWERED else shown


def _count(requests: Sequence[RequestLog], reading: LogReading) -> str:
    number = len(requests)
    if reading.complete:
        return plural("{count} request failed:", "{count} requests failed:", number)
    return plural("At least {count} request failed:", "At least {count} requests failed:", number)


def _nothing(reading: LogReading, minutes: int) -> str:
    if reading.complete:
        return _(
            "No failing request is logged in {group} (last {minutes} minutes). Lines arrive with a delay.",
            group=reading.group,
            minutes=minutes,
        )
    return _(
        "No failing request is logged in {group} in the part that could be read in time (last {minutes} minutes). "
        "Lines "
        "arrive with a delay.",
        group=reading.group,
        minutes=minutes,
    )


def _what(request: RequestLog, line: str, walk: Walk) -> str:
    """Say what failed. A line of an access log is not quoted: it is long, and holds the client's address."""
    shown = outcome(request)
    said = _("The log says: “{line}”.", line=line) if line else ""
    if request.explanation.signature:
        return _signature(request, said)
    if shown == NOT_THE_LINK:
        what = _("not the VPC link, but a Lambda function, an IAM permission, an authorizer, a usage plan or WAF.")
        return f"{what} {said}".strip()
    if shown == BACKEND_ANSWERED:
        return _backend(request, walk)
    if request.backend_status:
        return _(
            "the client got {status}, although the backend answered {backend} the log does not say why.",
            status=request.method_status,
            backend=request.backend_status,
        )
    return _("the client got {status}, and the log does not say why.", status=request.method_status)


def _signature(request: RequestLog, said: str) -> str:
    explanation = request.explanation
    status = "" if request.method_status in {None, 500} else _("The client got {status}.", status=request.method_status)
    parts = (f"{explanation.label} ({explanation.signature}).", explanation.meaning, said, status)
    return " ".join(filter(None, parts))


def _backend(request: RequestLog, walk: Walk) -> str:
    status = request.backend_status
    if status in _BALANCERS_OWN and any(":loadbalancer/app/" in x.arn for x in walk.balancers.items):
        return _(
            "the backend, or the application load balancer in front of it, answered {status}. The VPC link carried "
            "request and answer.",
            status=status,
        )
    return _("the backend itself answered {status}. The VPC link carried request and answer.", status=status)


def _newest(request: RequestLog) -> str:
    time, route = _time(request.at), f"{request.http_method or 'ANY'} {request.resource_path}"
    if request.request_id and request.resource_path:
        return _("Newest: {time}, request {id}, {route}.", time=time, id=request.request_id, route=route)
    if request.request_id:
        return _("Newest: {time}, request {id}.", time=time, id=request.request_id)
    if request.resource_path:
        return _("Newest: {time}, request without id, {route}.", time=time, route=route)
    return _("Newest: {time}, request without id.", time=time)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _widened(reading: LogReading, walk: Walk) -> str:
    minutes = walk.request.since_minutes
    if reading.since >= walk.evidence.at - timedelta(minutes=minutes):
        return ""
    hours = (walk.evidence.at - reading.since).total_seconds() / 3600
    return _(
        "None is from the last {minutes} minutes; the last {hours} hours were searched.",
        minutes=minutes,
        hours=format(hours, ".3g"),
    )


def _telling_line(request: RequestLog) -> str:
    """Return the line that tells the failure, without its request id, cut to what a message can show."""
    messages = [line.message for line in request.lines]
    label = request.explanation.label
    if label == "none":
        phrases = ("Received response. Status: 5", "Method completed with status: 5")
        told = next((m for phrase in phrases for m in messages if phrase in m), messages[-1] if messages else "")
    else:
        told = next((m for m in reversed(messages) if classify(m).label == label), messages[-1] if messages else "")
    text = " ".join(told.replace(f"({request.request_id})", "").split()).rstrip(".")
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"


def _fix(request: RequestLog, group: str) -> Fix:
    start = int((request.at - timedelta(minutes=2)).timestamp() * 1000)
    pattern = quote(f'"{request.request_id}"' if request.request_id else '"Execution failed"')
    show = f"aws logs filter-log-events --log-group-name {quote(group)} --start-time {start} --filter-pattern {pattern}"
    if outcome(request) == NOT_THE_LINK:
        summary = _("Look at what the line names: the function, the role, the authorizer, the usage plan or WAF.")
    elif outcome(request) == BACKEND_ANSWERED:
        summary = _("Look into the backend's own log at {time}: it gave this answer itself.", time=_time(request.at))
    else:
        summary = _("Repair the cause that this report names; the log only shows what failed.")
    return Fix(
        summary=summary,
        cli=(show,),
        console=_("CloudWatch › Log groups › {group} › Search log group, by the request id.", group=group),
    )
