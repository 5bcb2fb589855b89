"""TMO-01: the integration does not answer within its timeout."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis import metrics
from bot.diagnosis.check import Check
from bot.diagnosis.checks.integration.integration_code import integration_code
from bot.diagnosis.checks.vpc_link.link_commands import deploy, edit_integrations
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import Path
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import (
    PathRequests,
    by_path,
    citations,
    has_log,
    most,
    others,
    takes_everything,
)
from bot.diagnosis.snippets import Reference, Value
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, METRIC, ROUTES
from bot.language import _

TIMED_OUT = "E9"
NEAR = 0.95
"""From this share of the timeout on, a measured latency counts as near it."""
_DEFAULT_REST, _MOST_HTTP = 29_000, 30_000
_MILLISECONDS = "MILLISECONDS"
_QUOTA = "L-E5AE38E3"
"""Service-quota code of the longest integration timeout of Regional and private REST APIs."""


class IntegrationTimesOut(Check[PathRequests]):
    """Requests get no answer within the integration's timeout.

    Why: API Gateway gives up after the integration's timeout and answers 504, not 500. Alarms on 5xx count both. A
    backend that is too slow looks like this, and so do packets that are dropped on the way: a closed security group,
    a network ACL, a port without listener.
    How we decide: at least half of the path's failing requests timed out, says the log: fails. Fewer, or a log that
    does not name the route: warns. Without a timeout in the log, the 99th percentile of the integration latency near
    the timeout warns, where the path takes all of the stage's requests.
    How to fix: repair what drops the packets, if this report finds it; else make the backend faster, or raise the
    timeout (HTTP APIs up to 30 seconds; Regional and private REST APIs beyond 29 seconds with a quota increase).
    References: AWS: api-gateway-execution-service-limits-table, http-api-quotas, api-gateway-504-errors,
    api-gateway-metrics-and-dimensions.
    """

    code = "TMO-01"
    title = "The integration answers within its timeout"
    hop = Hop.INTEGRATION
    needs = (EXECUTION_LOG, ACCESS_LOG, ROUTES, METRIC)
    signatures = frozenset({TIMED_OUT})
    warning_signatures = frozenset({TIMED_OUT})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[PathRequests]:
        """Every path with its failing requests."""
        return by_path(walk)

    def judge(self, subject: PathRequests, walk: Walk) -> Iterator[Finding]:
        """Judge the log first, then the latency."""
        path, late = subject.path, subject.showing(TIMED_OUT)
        found = late or subject.maybe_showing(TIMED_OUT)
        if found:
            yield self._timed_out(subject, walk)
            return
        slowest, shortest = _slowest(path, walk), min(_timeouts(path))
        if slowest is not None and slowest >= NEAR * shortest:
            key = _series(path)
            citation = self.cite(METRIC, path.resource, "IntegrationLatency p99", f"{slowest:g} ms ({key})")
            summary = _(
                "The slowest requests of {integration} take {latency}, near its timeout of {timeout}; what takes "
                "longer "
                "ends in 504.",
                integration=path.name,
                latency=_seconds(slowest),
                timeout=_seconds(shortest),
            )
            yield self.warned(path.resource, summary, [citation], _fix(path), subject=subject)
        elif has_log(walk):
            summary = _(
                "No timeout of {integration} is logged (timeout {timeout}).",
                integration=path.name,
                timeout=_range(path),
            )
            yield self.passed(path.resource, summary, subject=subject)
        else:
            summary = _(
                "No log of stage {stage} tells whether {integration} times out.",
                stage=path.stage.name,
                integration=path.name,
            )
            yield self.undecided(path.resource, summary, subject=subject)

    def _timed_out(self, subject: PathRequests, walk: Walk) -> Finding:
        path, late = subject.path, subject.showing(TIMED_OUT)
        found, every = (late, subject.requests) if late else (subject.maybe_showing(TIMED_OUT), subject.unplaced)
        summary = _(
            "{count} of the {total} newest failing request(s) on {integration} got no answer within the integration's "
            "timeout of {timeout}{others}. The client sees 504, not 500; packets that are dropped on the way look the "
            "same.",
            count=len(found),
            total=len(every),
            integration=path.name,
            timeout=_range(path),
            others=others(every, TIMED_OUT),
        )
        cited = [*citations(found, walk), self.cite(ROUTES, path.resource, "timeoutInMillis", _milliseconds(path))]
        slowest = _slowest(path, walk)
        if slowest is not None:
            cited.append(self.cite(METRIC, path.resource, "IntegrationLatency p99", f"{slowest:g} ms"))
        if late and most(late, subject.requests):
            return self.failed(path.resource, summary, cited, _fix(path), subject=subject)
        if not late:
            summary = " ".join([summary, _("The log does not tell which route they took.")])
        return self.warned(path.resource, summary, cited, _fix(path), subject=subject)


def _slowest(path: Path, walk: Walk) -> float | None:
    """The highest point of the latency in milliseconds; None where the series speaks of other ways too, or is empty."""
    if not takes_everything(path, walk):
        return None
    try:
        series = walk.evidence.get(METRIC, _series(path))
    except MissingEvidence:  # Optional: the log decides; the metric only adds to it.
        return None
    return max((value for _, value in series.points), default=None) if series else None


def _series(path: Path) -> str:
    return metrics.of_api(path.api, path.stage.name)["latency"]


def _timeouts(path: Path) -> list[int]:
    return sorted({route.integration.timeout_milliseconds for route in path.routes if route.integration})


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s"


def _range(path: Path) -> str:
    timeouts = _timeouts(path)
    if len(timeouts) == 1:
        return _seconds(timeouts[0])
    return _("{shortest} to {longest}", shortest=_seconds(timeouts[0]), longest=_seconds(timeouts[-1]))


def _milliseconds(path: Path) -> str:
    return ", ".join(str(timeout) for timeout in _timeouts(path))


def _fix(path: Path) -> Fix:
    rest = path.api.protocol != "HTTP"
    most_by_default = _DEFAULT_REST if rest else _MOST_HTTP
    raise_to = most_by_default if min(_timeouts(path)) < most_by_default else None
    cloudformation, terraform = _code(path, raise_to)
    return Fix(
        summary=_("Repair what drops or delays the packets; only then raise the timeout."),
        cli=_commands_rest(path, raise_to) if rest else _commands_http(path, raise_to),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › APIs › your API › Resources › method › Integration request › Timeout; then Deploy.")
        if rest
        else _("API Gateway › APIs › your API › Integrations › Timeout."),
        steps=(
            _(
                "Repair what else this report finds on the path: a closed group, network ACL or port shows as a "
                "timeout."
            ),
            _("Measure how long the backend itself takes, in its own log."),
            _("Make it answer faster, or answer 202 at once and let the client fetch the result later."),
            _("Raise the timeout, and deploy.") if rest else _("An HTTP API waits at most 30 seconds."),
        ),
    )


def _code(path: Path, raise_to: int | None) -> tuple[str, str]:
    """CloudFormation and Terraform, where a longer timeout is possible at all."""
    if raise_to is None and (path.api.protocol == "HTTP" or "EDGE" in path.api.endpoint_types):
        return "", ""
    cloudformation: Value = _MILLISECONDS if raise_to is None else raise_to
    terraform: Value = Reference(_MILLISECONDS) if raise_to is None else raise_to
    return integration_code(path, {"TimeoutInMillis": cloudformation}, {"timeout_milliseconds": terraform})


def _commands_rest(path: Path, raise_to: int | None) -> tuple[str, ...]:
    if raise_to is not None:
        return (*edit_integrations(path, "timeoutInMillis", str(raise_to)), *deploy(path))
    if "EDGE" in path.api.endpoint_types:
        return ()
    quota = (
        f"aws service-quotas request-service-quota-increase --service-code apigateway --quota-code {_QUOTA} "
        f"--desired-value {_MILLISECONDS}   # Regional and private REST APIs; may lower the account's throttling limit"
    )
    return (quota, *edit_integrations(path, "timeoutInMillis", _MILLISECONDS), *deploy(path))


def _commands_http(path: Path, raise_to: int | None) -> tuple[str, ...]:
    if raise_to is None:
        return ()
    ids = dict.fromkeys(route.integration.id for route in path.routes if route.integration)
    edits = tuple(
        f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {found} "
        f"--timeout-in-millis {raise_to}"
        for found in ids
    )
    return (*edits, *deploy(path))
