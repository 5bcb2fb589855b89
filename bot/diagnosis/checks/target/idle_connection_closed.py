"""BE-03: a connection that had been idle was closed under a request."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.listener_code import listener_as_code
from bot.diagnosis.checks.listener.tls_end import named
from bot.diagnosis.checks.target.balancer_metrics import BALANCER_RESETS, TARGET_RESETS, counter
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.failures import come_and_go, minutes_of, requests_on, unplaced_requests
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations, has_log
from bot.diagnosis.request_log import RequestLog, outcome
from bot.diagnosis.sources import (
    ACCESS_LOG,
    BALANCER_ATTRIBUTES,
    EXECUTION_LOG,
    LISTENER_ATTRIBUTES,
    METRIC,
    TARGET_HEALTH,
)
from bot.diagnosis.trends import stretched, total_in
from bot.language import _, marked

_RESETS = {TARGET_RESETS: marked("{count} by the targets"), BALANCER_RESETS: marked("{count} by the load balancer")}
_TCP_IDLE, _ALB_IDLE = "tcp.idle_timeout.seconds", "idle_timeout.timeout_seconds"
_NETWORK_DEFAULT, _APPLICATION_DEFAULT = "350", "60"


class IdleConnectionClosed(Check[ListenerHop]):
    """A connection that had been idle was closed under a request.

    Why: a server that closes kept connections sooner than the load balancer does will now and then close one just as
    the next request comes. API Gateway then sees a reset and answers with HTTP 500.
    How we decide: only where the log shows a lost connection (E5 or E10). E5 fails where resets were counted in the
    same minutes while a target is healthy; without resets, or without the metrics, it warns, and so does E10. An HTTP
    API knows only E10: there it counts as E5 with resets and while other requests succeed, and else not at all. The
    server's own keep-alive is not visible through AWS's API. The load balancer's is: 350 seconds for a network load
    balancer unless its TCP listener says otherwise, 60 seconds for an application load balancer.
    How to fix: let the server keep connections longer than the load balancer (nginx keepalive_timeout, Node
    keepAliveTimeout, gunicorn --keep-alive, Tomcat keepAliveTimeout), or lower the TCP listener's idle timeout.
    References: AWS: update-idle-timeout (network); api-gateway-500-error-vpc; API reference ListenerAttribute.
    """

    code = "BE-03"
    title = "The backend keeps idle connections longer than the load balancer"
    hop = Hop.TARGET
    needs = (EXECUTION_LOG, ACCESS_LOG, LISTENER_ATTRIBUTES, BALANCER_ATTRIBUTES, TARGET_HEALTH, METRIC)
    signatures = frozenset({"E5", "E10"})
    warning_signatures = frozenset({"E5", "E10"})
    explains = ("BE-01",)
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the log shows first: without a lost connection the question does not arise."""
        arn = subject.listener.listener_arn
        closed = _closed(subject, walk)
        possible = (*requests_on(walk, subject.path), *unplaced_requests(walk))
        request = next((x for x in possible if outcome(x) in closed), None)
        if request:
            yield self._judged(subject, walk, request)
            return
        has_log(walk)
        summary = _(
            "Listener {protocol} {port} of {balancer}: no failing request in the log shows a "
            "connection that was closed.",
            **named(subject),
        )
        yield self.not_applicable(arn, summary, subject=subject)

    def _judged(self, subject: ListenerHop, walk: Walk, request: RequestLog) -> Finding:
        arn = subject.listener.listener_arn
        idle, idle_from = self._idle(subject)
        cited = [idle_from, *citations([request], walk)]
        rest = _(
            "Listener {protocol} {port} of {balancer} keeps idle connections {idle} seconds; a "
            "server that closes them sooner causes this.",
            **named(subject),
            idle=idle,
        )
        resets = _resets(subject, walk)
        if not resets or not _serves(subject):
            shown = _("The log shows a connection that was lost ({outcome}).", outcome=outcome(request))
            summary = f"{shown} {rest}"
            return self.warned(arn, summary, cited, _fix(subject, idle), subject=subject)
        counted = f" {_('and')} ".join(_(_RESETS[name], count=format(total, "g")) for name, total in resets.items())
        shown = _("Connections were reset ({counted}) in the minutes of the failing requests.", counted=counted)
        summary = f"{shown} {rest}"
        cited.append(self.cite(METRIC, subject.balancer.arn, f"{TARGET_RESETS}, {BALANCER_RESETS}", counted))
        return self.failed(arn, summary, cited, _fix(subject, idle), subject=subject)

    def _idle(self, subject: ListenerHop) -> tuple[str, Citation]:
        """Return the load balancer's idle timeout in seconds, and where it stands."""
        arn, protocol = subject.listener.listener_arn, subject.listener.protocol.upper()
        if protocol in {"HTTP", "HTTPS"}:
            known = subject.evidence.get(BALANCER_ATTRIBUTES, subject.balancer.arn) or {}
            value = known.get(_ALB_IDLE, _APPLICATION_DEFAULT)
            return value, self.cite(BALANCER_ATTRIBUTES, subject.balancer.arn, _ALB_IDLE, value)
        if protocol == "TLS":
            return _NETWORK_DEFAULT, self.cite(
                LISTENER_ATTRIBUTES, arn, "TLS listener", _("fixed {seconds}", seconds=_NETWORK_DEFAULT)
            )
        known = subject.evidence.get(LISTENER_ATTRIBUTES, arn) or {}
        value = known.get(_TCP_IDLE, _NETWORK_DEFAULT)
        return value, self.cite(LISTENER_ATTRIBUTES, arn, _TCP_IDLE, value)


def _closed(subject: ListenerHop, walk: Walk) -> frozenset[str]:
    """Return what the log shows where a connection was closed.

    An HTTP API's log says E10 of everything that did not reach the backend: there it counts only with resets and while
    other requests succeed, as they do when now and then an idle connection is closed.
    """
    if subject.path.api.protocol != "HTTP":
        return frozenset({"E5", "E10"})
    now_and_then = come_and_go(walk, subject.path) and _counted(subject, walk, frozenset({"E10"}))
    return frozenset({"E5", "E10"}) if now_and_then else frozenset({"E5"})


def _resets(subject: ListenerHop, walk: Walk) -> dict[str, float]:
    """Return the resets in the minutes of the requests that tell of a closed connection for sure."""
    certain = _closed(subject, walk) if subject.path.api.protocol == "HTTP" else frozenset({"E5"})
    return _counted(subject, walk, certain)


def _counted(subject: ListenerHop, walk: Walk, signatures: frozenset[str]) -> dict[str, float]:
    """Return the resets in the minutes of such requests, by their metrics; nothing where that was not read.

    The metrics turn what the log suggests into a fault; without them it stays a suggestion.
    """
    minutes = stretched(minutes_of(walk, subject.path, signatures), 1, 1)
    if not minutes or ":loadbalancer/net/" not in subject.balancer.arn:
        return {}
    try:
        series = {name: counter(subject.balancer, name) for name in _RESETS}
    except MissingEvidence:
        return {}
    return {name: total for name, found in series.items() if (total := total_in(found, minutes))}


def _serves(subject: ListenerHop) -> bool:
    """Whether a target is healthy: resets of targets that are all down have another reason."""
    return any(x.target_health.state == "healthy" for group in subject.target_groups for x in group.health)


def _fix(subject: ListenerHop, idle: str) -> Fix:
    arn, protocol = subject.listener.listener_arn, subject.listener.protocol.upper()
    cloudformation = terraform = ""
    longer = _("Let the server keep idle connections for more than {idle} seconds.", idle=idle)
    if protocol in {"HTTP", "HTTPS"}:
        cli = f"aws elbv2 describe-load-balancer-attributes --load-balancer-arn {subject.balancer.arn}"
        other, console = "", _("EC2 › Load balancers › Attributes: Idle timeout.")
    elif protocol == "TLS":
        cli = f"aws elbv2 describe-listeners --listener-arns {arn}"
        other, console = _("A TLS listener's 350 seconds cannot be changed."), _("EC2 › Load balancers › Listeners.")
    else:
        cli = f"aws elbv2 modify-listener-attributes --listener-arn {arn} --attributes Key={_TCP_IDLE},Value=60"
        other = _("Or lower the listener's idle timeout below the server's keep-alive; 60 seconds is the least.")
        console = _("EC2 › Load balancers › Listeners › Attributes › TCP idle timeout.")
        cloudformation, terraform = listener_as_code(
            subject.listener,
            {"ListenerAttributes": [{"Key": _TCP_IDLE, "Value": "60"}]},
            {"tcp_idle_timeout_seconds": 60},
        )
    return Fix(
        summary=longer,
        cli=(cli,),
        cloudformation=cloudformation,
        terraform=terraform,
        console=console,
        steps=(
            _(
                "{longer} nginx: keepalive_timeout; Node: keepAliveTimeout; gunicorn: --keep-alive; "
                "Tomcat: keepAliveTimeout.",
                longer=longer,
            ),
            *((other,) if other else ()),
        ),
    )
