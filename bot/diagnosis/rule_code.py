"""Security-group rules as infrastructure code: one resource for each address range or group that a rule names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.diagnosis.reachability import Direction
from bot.diagnosis.resources import IpPermission
from bot.diagnosis.snippets import Value, new_cloudformation, new_terraform

_TERRAFORM = {"cidr_ipv4": "CidrIp", "cidr_ipv6": "CidrIpv6"}


def rules_as_code(group_id: str, direction: Direction, rules: Sequence[IpPermission]) -> tuple[str, str]:
    """Return CloudFormation's and Terraform's resources that add rules of `tcp_rule` to a group."""
    peers = [(rule, name, value) for rule in rules for name, value in _peers(rule)]
    titles = [f"allow_tcp_{rule.from_port}_rule_{number}" for number, (rule, *_) in enumerate(peers, start=1)]
    return (
        "\n\n".join(_cloudformation(group_id, direction, *peer, t) for peer, t in zip(peers, titles, strict=True)),
        "\n\n".join(_terraform(group_id, direction, *peer, t) for peer, t in zip(peers, titles, strict=True)),
    )


def _peers(rule: IpPermission) -> Iterator[tuple[str, str]]:
    """What a rule names, by Terraform's word for it."""
    yield from (("cidr_ipv4", one.cidr_ip) for one in rule.ip_ranges)
    yield from (("cidr_ipv6", one.cidr_ipv6) for one in rule.ipv6_ranges)
    yield from (("referenced_security_group_id", one.group_id) for one in rule.user_id_group_pairs if one.group_id)


def _terraform(group_id: str, direction: Direction, rule: IpPermission, peer: str, value: str, title: str) -> str:
    attributes: dict[str, Value] = {"security_group_id": group_id, "ip_protocol": "tcp"}
    attributes |= {"from_port": rule.from_port or 0, "to_port": rule.to_port or 0, peer: value}
    return new_terraform(f"aws_vpc_security_group_{direction}_rule", title, attributes)


def _cloudformation(group_id: str, direction: Direction, rule: IpPermission, peer: str, value: str, title: str) -> str:
    """AWS::EC2::SecurityGroupIngress and …Egress name a group by other words."""
    ingress = direction == "ingress"
    group = "SourceSecurityGroupId" if ingress else "DestinationSecurityGroupId"
    properties: dict[str, Value] = {"GroupId": group_id, "IpProtocol": "tcp"}
    properties |= {"FromPort": rule.from_port or 0, "ToPort": rule.to_port or 0, _TERRAFORM.get(peer, group): value}
    return new_cloudformation(f"AWS::EC2::SecurityGroup{'Ingress' if ingress else 'Egress'}", title, properties)


def distinct(rules: Iterable[IpPermission]) -> tuple[IpPermission, ...]:
    """The rules, each once, in their order."""
    return tuple(dict.fromkeys(rules))
