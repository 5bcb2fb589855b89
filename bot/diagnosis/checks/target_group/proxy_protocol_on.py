"""LB-07: the load balancer puts a Proxy Protocol header in front of what the backend gets."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.target_group.group_code import attribute_as_code
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.failures import requests_on
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations
from bot.diagnosis.probed import Probed, places, probed_group
from bot.diagnosis.request_log import RequestLog, outcome
from bot.diagnosis.sources import EXECUTION_LOG, GROUP_ATTRIBUTES
from bot.language import _

ATTRIBUTE = "proxy_protocol_v2.enabled"
_BAD_REQUEST = 400


class ProxyProtocolOn(Check[TargetGroupHop]):
    """The load balancer puts a Proxy Protocol header in front of what the backend gets.

    Why: with Proxy Protocol v2 a network load balancer begins every connection, its health checks too, with a binary
    header. A server that does not expect it answers HTTP 400, or something that is not HTTP, or hangs up.
    How we decide: switched on it warns, for the server may expect it; it fails where the log shows that the answer
    is not HTTP (E6), or that the backend answered 400. It fails too where targets are unhealthy and
    a probe shows that they answer HTTP to a connection that begins without the header: they do not expect it.
    How to fix: switch it off, or let the server expect it (nginx: `listen … proxy_protocol`).
    References: AWS: edit-target-group-attributes (network): Proxy protocol.
    """

    code = "LB-07"
    title = "No Proxy Protocol header that the backend does not expect"
    hop = Hop.TARGET_GROUP
    needs = (GROUP_ATTRIBUTES, EXECUTION_LOG)
    signatures = frozenset({"E6"})
    warning_signatures = frozenset({"E1", "E5", "E6", "E10", "E12"})
    explains = ("TG-01", "LB-06", "BE-01", "BE-03")
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[TargetGroupHop]:
        """Every target group; only a network load balancer's has the attribute."""
        return walk.target_groups

    def judge(self, subject: TargetGroupHop, walk: Walk) -> Iterator[Finding]:
        """Judge the attribute, then what the log says."""
        group = subject.group
        name = group.target_group_name if group else subject.arn
        if ":loadbalancer/net/" not in subject.balancer.arn:
            summary = _("{name} is not behind a network load balancer, which alone speaks Proxy Protocol.", name=name)
            yield self.not_applicable(subject.arn, summary, subject=subject)
            return
        value = (subject.evidence.get(GROUP_ATTRIBUTES, subject.arn) or {}).get(ATTRIBUTE, "false").lower()
        cited = [self.cite(GROUP_ATTRIBUTES, subject.arn, ATTRIBUTE, value)]
        plain = [x for x in probed_group(subject).every if _answers_without(x)]
        seen = [
            x.cite("http status", _("{status} without a Proxy Protocol header", status=x.http.status))
            for x in plain[:3]
        ]
        if value == "false":
            yield self.passed(subject.arn, _("{name} gets no Proxy Protocol header.", name=name), subject=subject)
        elif value != "true":
            summary = _("{name} has a Proxy Protocol setting that we do not know: {value}.", name=name, value=value)
            yield self.undecided(subject.arn, summary, subject=subject)
        elif request := next((x for x in requests_on(walk, subject.path) if _answered_badly(x)), None):
            cited += [*citations([request], walk), *seen]
            summary = _(
                "{name} begins every connection with a Proxy Protocol header, and the backend answers "
                "something that is not HTTP.",
                name=name,
            )
            if request.backend_status == _BAD_REQUEST:
                summary = _(
                    "{name} begins every connection with a Proxy Protocol header, and the backend answers HTTP 400.",
                    name=name,
                )
            yield self.failed(subject.arn, summary, cited, _fix(subject), subject=subject)
        elif plain and all(x.target_health.state.startswith("unhealthy") for x in subject.health):
            summary = _(
                "{name} begins every connection with a Proxy Protocol header, its health checks too, and "
                "they fail; {places} answers without one.",
                name=name,
                places=places(plain),
            )
            yield self.failed(subject.arn, summary, [*cited, *seen], _fix(subject), subject=subject)
        else:
            cited += seen
            summary = _(
                "{name} begins every connection with a Proxy Protocol header: the backend must expect it.", name=name
            )
            if plain:
                summary = _(
                    "{name} begins every connection with a Proxy Protocol header, and {places} needs none.",
                    name=name,
                    places=places(plain),
                )
            yield self.warned(subject.arn, summary, cited, _fix(subject), subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The attribute is off."""
        known: dict[str, str] = walk.evidence.get(GROUP_ATTRIBUTES, finding.resource) or {}
        return walk.evidence.with_value(GROUP_ATTRIBUTES, finding.resource, {**known, ATTRIBUTE: "false"})


def _answered_badly(request: RequestLog) -> bool:
    return outcome(request) == "E6" or request.backend_status == _BAD_REQUEST


def _answers_without(seen: Probed) -> bool:
    """Whether a connection without the header got an HTTP answer. A server that expects one hangs up, or says 400."""
    return not seen.http.fault and seen.http.status not in {0, _BAD_REQUEST}


def _fix(hop: TargetGroupHop) -> Fix:
    cloudformation, terraform = attribute_as_code(hop.arn, ATTRIBUTE, "false", {"proxy_protocol_v2": False})
    return Fix(
        summary=_("Switch Proxy Protocol v2 off, or let the backend expect it."),
        cli=(
            f"aws elbv2 modify-target-group-attributes --target-group-arn {hop.arn} "
            f"--attributes Key={ATTRIBUTE},Value=false",
        ),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Target groups › Attributes › Edit › Proxy protocol v2."),
    )
