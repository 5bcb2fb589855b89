"""Worlds with two independent faults, and worlds that a role can see only in part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.demo.aws.faults import FAULTS
from bot.demo.aws.handle import Topology
from tests.scenarios.library import Expected

Make = Callable[..., Any]


def _both(*names: str) -> Callable[[Topology], None]:
    def change(topology: Topology) -> None:
        for name in names:
            FAULTS[name].apply(topology)

    return change


_PAIRS: tuple[tuple[str, tuple[str, str], str, tuple[str, ...]], ...] = (
    ("v1-instance", ("privatelink-rules-enforced", "target-security-group-closed"), "SG-01", ("SG-03",)),
    ("v1-instance", ("no-listener-on-port", "endpoint-connection-rejected"), "VPL-07", ("LB-03",)),
    ("v1-instance", ("target-security-group-closed", "acl-denies-into-targets"), "NACL-01", ("SG-03",)),
    ("v1-instance", ("privatelink-rules-enforced", "acl-denies-out-of-targets"), "SG-01", ("NACL-01",)),
    ("v1-instance", ("endpoint-connection-rejected", "target-security-group-closed"), "VPL-07", ("SG-03",)),
    ("v1-ip", ("endpoint-service-failed", "acl-denies-into-balancer"), "VPL-06", ("NACL-01", "VPL-07")),
    ("rest-v2-alb", ("target-security-group-closed", "link-egress-closed"), "SG-04", ("SG-03",)),
    ("http-v2-alb", ("target-security-group-closed", "balancer-closed-to-link"), "SG-04", ("SG-03",)),
)
"""Topology, two faults, the cause that the request meets first, and the other."""


def COMBINATIONS(recipe: Make) -> Iterator[Any]:  # noqa: N802 - reads as the tables beside it
    """Yield the worlds with two faults."""
    for topology, names, first, others in _PAIRS:
        about = " ".join(FAULTS[name].summary for name in names)
        expected = Expected(about, "cause-found", cause=first, may=others, tags=("two-faults", topology))
        yield recipe(f"both-{names[0]}-and-{names[1]}-{topology}", topology, _both(*names), expected)


_BLIND: tuple[tuple[str, str, str], ...] = (
    ("target-security-group-closed", "ec2:DescribeSecurityGroups", "SG-03"),
    ("target-security-group-closed", "ec2:DescribeInstances", "SG-03"),
    ("acl-denies-out-of-targets", "ec2:DescribeNetworkAcls", "NACL-01"),
    ("endpoint-connection-rejected", "ec2:DescribeVpcEndpointConnections", "VPL-07"),
    ("endpoint-service-deleted", "ec2:DescribeVpcEndpointServiceConfigurations", "VPL-06"),
    ("no-listener-on-port", "elasticloadbalancing:DescribeListeners", "LB-03"),
    ("no-targets-registered", "elasticloadbalancing:DescribeTargetHealth", "TG-01"),
    ("load-balancer-failed", "elasticloadbalancing:DescribeLoadBalancers", "LB-01"),
    ("link-failed", "apigateway:GET", "VPL-03"),
    ("privatelink-rules-enforced", "elasticloadbalancing:DescribeLoadBalancers", "SG-01"),
)
"""A fault, the action that is refused, and the check that would have named it."""
_STILL = {"target-security-group-closed": "TG-01", "acl-denies-out-of-targets": "TG-01"}
"""What is seen instead: the targets are sick, and why cannot be read."""


def HALF_BLIND(recipe: Make) -> Iterator[Any]:  # noqa: N802 - as above
    """Yield the worlds in which the read that decides is refused: the cause must not be named, and the gap must."""
    for name, action, check in _BLIND:
        seen = _STILL.get(name, "")
        about = f"{FAULTS[name].summary} The role may not call {action}."
        expected = Expected(about, "inconclusive", cause=seen, gap=action, tags=("half-blind", "v1-instance"))
        label = action.partition(":")[2].lower()
        yield recipe(
            f"blind-{check.lower()}-{name}-without-{label}", "v1-instance", FAULTS[name].apply, expected, (action,)
        )
    for action in ("logs:FilterLogEvents", "ec2:DescribeSecurityGroups"):
        about = f"Nothing is wrong, but the role may not call {action}."
        expected = Expected(about, "inconclusive", gap=action, tags=("half-blind", "v1-instance"))
        yield recipe(
            f"blind-healthy-without-{action.partition(':')[2].lower()}",
            "v1-instance",
            lambda _: None,
            expected,
            (action,),
        )
