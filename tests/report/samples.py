"""Reports and contexts made by hand: they stay the same whatever checks there are."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.diagnosis.model import (
    Cause,
    Citation,
    Confidence,
    Finding,
    Fix,
    Gap,
    GapReason,
    Hop,
    HopState,
    LoggedRequest,
    PathHop,
    Report,
    ResolvedRequest,
    State,
    Status,
    Timing,
    Verdict,
)
from bot.report import contexts as c

AT = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/orders-tg/bbbb"
NLB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/orders-nlb/0123456789abcdef"
RUN = "0123456789abcdef0123456789abcdef"
HOSTILE = (
    'a"b\\c\n{"type":"x"} <!channel> <@U01ALICE> <https://evil.example.com|click> *bold* _it_ ~no~ `code` ```block``` '
    ":tada: & > quote \u202eevil\u202c \u0634\u0631\u0643\u0629 \U0001f600 \x00\x1b[31m \ud800"
)


def request(**changes: Any) -> ResolvedRequest:
    return ResolvedRequest(
        **{
            "api": "orders",
            "api_id": "a1b2c3d4e5",
            "api_name": "orders",
            "protocol": "REST",
            "stage": "prod",
            "path": None,
            "method": None,
            "region": "eu-west-1",
            "account": "111122223333",
            "since_minutes": 60,
            **changes,
        }
    )


def hop(kind: Hop, resource: str, summary: str, state: HopState = HopState.OK, path: int = 0) -> PathHop:
    return PathHop(hop=kind, resource=resource, state=state, summary=summary, path=path)


def path(*broken: Hop, way: int = 0) -> tuple[PathHop, ...]:
    """A whole path; the named hops are broken."""
    told = [
        (Hop.API, "a1b2c3d4e5", "REST API orders"),
        (Hop.STAGE, "prod", "stage prod, deployment dep1"),
        (Hop.INTEGRATION, "ANY /{proxy+}", "ANY /{proxy+} → http://orders.example.com/{proxy}"),
        (Hop.VPC_LINK, "v1lnk7", "VPC link orders-link (v1) AVAILABLE"),
        (Hop.ENDPOINT_SERVICE, "vpce-svc-0d1", "endpoint service Available, connection available"),
        (Hop.LOAD_BALANCER, NLB, "NLB orders-nlb active"),
        (Hop.LISTENER, NLB.replace("loadbalancer/", "listener/") + "/aaaa", "listener TCP 80"),
        (Hop.TARGET_GROUP, GROUP, "target group orders-tg TCP 8080: 0 of 2 healthy"),
        (Hop.TARGET, "i-0a1", "i-0a1:8080, i-0a2:8080"),
    ]
    return tuple(
        hop(kind, resource, text, HopState.BROKEN if kind in broken else HopState.OK, way)
        for kind, resource, text in told
    )


def finding(check: str, kind: Hop, status: Status, resource: str, summary: str, **more: Any) -> Finding:
    return Finding(check=check, name="a-fault", hop=kind, status=status, resource=resource, summary=summary, **more)


SUMMARY = "Security group sg-0target admits no TCP 8080 from 10.20.1.0/24, where orders-nlb stands."


def fix(**changes: Any) -> Fix:
    return Fix(
        **{
            "summary": "Allow TCP 8080 from 10.20.1.0/24 and 10.20.2.0/24.",
            "cli": (
                "aws ec2 authorize-security-group-ingress --group-id sg-0target --protocol tcp --port 8080 "
                "--cidr 10.20.1.0/24",
            ),
            "cloudformation": "AWS::EC2::SecurityGroupIngress with IpProtocol tcp and FromPort 8080.",
            "terraform": 'resource "aws_vpc_security_group_ingress_rule" "orders" {\n  from_port = 8080\n}',
            "console": "EC2 › Security groups › Edit inbound rules.",
            **changes,
        }
    )


def cause(**changes: Any) -> Cause:
    return Cause(
        **{
            "check": "SG-03",
            "name": "target-security-group-closed",
            "confidence": Confidence.CONFIRMED,
            "resource": "sg-0target",
            "hop": Hop.TARGET,
            "summary": SUMMARY,
            "reason": "The log of failing requests shows it too (E1).",
            "citations": (
                Citation(
                    source="ec2:DescribeSecurityGroups",
                    resource="sg-0target",
                    field="IpPermissions",
                    value="tcp 22 from 10.0.0.0/8",
                ),
            ),
            "fix": fix(),
            "symptoms": ("TG-01", "LOG-06"),
            **changes,
        }
    )


def logged(number: int = 1, *lines: str) -> LoggedRequest:
    name = f"6e1c1f0e-0000-4000-8000-{number:012d}"
    return LoggedRequest(
        request_id=name,
        signature="E1",
        label="internal-config-error",
        at=AT - timedelta(minutes=9),
        lines=lines
        or (
            f"({name}) Execution failed due to configuration error: There was an internal error while executing your "
            "request",
            f"({name}) Method completed with status: 500",
        ),
    )


DENIED = Gap(action="ec2:DescribeNetworkAcls", resource="subnet-0b1", reason=GapReason.ACCESS_DENIED)


def report(**changes: Any) -> Report:
    """A cause found: the target's security group is closed."""
    found = cause()
    return Report(
        **{
            "at": AT,
            "request": request(),
            "verdict": Verdict(state=State.CAUSE_FOUND, summary=SUMMARY, causes=(found,)),
            "path": path(Hop.TARGET_GROUP),
            "findings": (
                finding("VPL-03", Hop.VPC_LINK, Status.PASS, "v1lnk7", "VPC link v1lnk7 is AVAILABLE."),
                finding(
                    "LB-05",
                    Hop.LOAD_BALANCER,
                    Status.WARN,
                    NLB,
                    "Cross-zone load balancing is off.",
                    fix=Fix(summary="Switch it on."),
                ),
                finding(
                    "TG-01", Hop.TARGET_GROUP, Status.FAIL, GROUP, "Target group orders-tg: 0 of 2 healthy.", paths=(0,)
                ),
                finding("SG-03", Hop.TARGET, Status.FAIL, "sg-0target", SUMMARY, paths=(0,)),
                finding("NACL-01", Hop.TARGET, Status.UNKNOWN, "subnet-0b1", "Not judged.", gaps=(DENIED,)),
            ),
            "gaps": (DENIED,),
            "logs": (logged(1), logged(2)),
            "failing_requests": 24,
            "timing": Timing(seconds=1.94, aws_calls=24, by_service={"ec2": 24}, rounds=5),
            **changes,
        }
    )


def healthy(**changes: Any) -> Report:
    """Nothing explains a 500, and no request failed."""
    passed = finding("VPL-03", Hop.VPC_LINK, Status.PASS, "v1lnk7", "VPC link v1lnk7 is AVAILABLE.")
    return report(
        **{
            "verdict": Verdict(state=State.NO_FAULT_FOUND, summary="Nothing on this path explains an HTTP 500."),
            "path": path(),
            "findings": (passed,),
            "gaps": (),
            "logs": (),
            "failing_requests": 0,
            **changes,
        }
    )


def undecided(**changes: Any) -> Report:
    """Reads that were refused stand in the way."""
    refused = tuple(
        Gap(action=action, resource=resource, reason=reason)
        for action, resource, reason in (
            ("ec2:DescribeNetworkAcls", "subnet-0b1", GapReason.ACCESS_DENIED),
            ("ec2:DescribeNetworkAcls", "subnet-0b2", GapReason.ACCESS_DENIED),
            ("logs:FilterLogEvents", "API-Gateway-Execution-Logs_a1b2c3d4e5/prod", GapReason.TIMEOUT),
            ("elasticloadbalancing:DescribeTargetHealth", GROUP, GapReason.THROTTLED),
            ("cloudwatch:GetMetricData", "AWS/ApiGateway|5XXError|Sum|ApiName=orders", GapReason.ERROR),
        )
    )
    why = "4 kind(s) of read did not succeed (ec2:DescribeNetworkAcls, …)."
    return healthy(
        verdict=Verdict(state=State.INCONCLUSIVE, summary=f"Not decided: {why}", undecided=why),
        gaps=refused,
        path=(*path()[:7], hop(Hop.TARGET_GROUP, "", "Not readable: x (throttled).", HopState.UNKNOWN)),
        **changes,
    )


def filled(kind: Any, text: str) -> Any:
    """A value of this type whose every text is `text`: how a template stands up to anything."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return text
    if kind is int:
        return 3
    if kind is bool:
        return True
    if origin is Literal:
        return arguments[0]
    if origin in {Union, types.UnionType}:
        return filled(next(argument for argument in arguments if argument is not type(None)), text)
    if origin is tuple:
        return (filled(arguments[0], text),) * 2
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        values = {field.name: filled(hints[field.name], text) for field in fields(kind)}
        return kind(**{**values, **EXACT.get(kind, {})})
    raise TypeError(f"no sample of {kind}")


EXACT: dict[Any, dict[str, Any]] = {
    # Ids and states of ours and of Slack's, which no person writes.
    c.Buttons: {
        "rerun": "r",
        "logs": "l",
        "test": "t",
        "probe": "p",
        "more": ("right", "export"),
        "about": "0",
    },
    c.CauseDetails: {"menu": ("explain", "test"), "about": "SG-03 0"},
    c.ExplainView: {"state": "SG-03 0"},
    c.FixView: {"state": "SG-03 0"},
    c.PickerView: {"state": "{}", "account": "a", "region": "eu-west-1", "api": "a1b2c3d4e5"},
    c.WrongCauseView: {"state": "{}"},
    c.HistoryPage: {"older": "{}", "newer": "{}"},
    c.FreshLogs: {"excerpts": ()},
    c.WatchLine: {"id": "w1"},
    c.WatchStarted: {"asker": "U01ALICE", "watch": "w1"},
    c.WatchChanged: {"request": "{}", "watch": "w1"},
    c.WatchEnded: {"user": "U01ALICE"},
    c.PlaceLine: {"value": "eu-west-1"},
    c.HomeView: {"doctor": "eu-west-1", "quiet": ("C02PRODUCTION",)},
    c.HomeSnooze: {"channel": "C02PRODUCTION", "by": "U01ALICE", "value": "C02PRODUCTION/0123"},
    c.Choice: {"value": "{}"},
    c.LogsView: {"state": "{}", "run": "0", "filter": "status"},
    c.MenuChoice: {"value": "1"},
    c.Footer: {"asker": "U01ALICE", "run": "01234567"},
    c.Progress: {"asker": "U01ALICE"},
    c.ProbeResults: {"asker": "U01ALICE"},
    c.Refused: {"users": ("U01ALICE",), "groups": ("S01ONCALL",), "channels": ("C02PRODUCTION",)},
    c.AlarmIntro: {"snoozed_by": "U01ALICE", "identity": "0123"},
    c.AlarmStatus: {"by": "U01ALICE"},
    c.SnoozeLine: {"by": "U01ALICE", "identity": "0123"},
    c.Step: {"id": "api"},
    c.Link: {"url": 'https://example.com/a b|c>"'},
}

CONTEXTS: tuple[type[c.Context], ...] = tuple(
    kind
    for kind in vars(c).values()
    if isinstance(kind, type) and issubclass(kind, c.Context) and kind is not c.Context
)
