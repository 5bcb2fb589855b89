"""Small evidence for tests: a complete, healthy path, and the ways to change one thing in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.check import Check, run
from bot.diagnosis.evidence import Absent, Evidence
from bot.diagnosis.model import Finding, Gap, GapReason, Request, Status
from bot.diagnosis.path import Walk
from bot.diagnosis.plan import execution_log_group

NOW = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)
REGION, ACCOUNT, API, STAGE, LINK = "eu-west-1", "111122223333", "a1b2c3d4e5", "prod", "v1lnk7"
VPC = "vpc-0aa1"
NLB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/net/orders-nlb/0123456789abcdef"
ALB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/orders-alb/0123456789abcdef"
LISTENER = NLB.replace("loadbalancer/", "listener/") + "/aaaa"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/orders-tg/bbbb"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/11112222-3333-4444-5555-666677778888"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/api-gateway-logs"
SERVICE = "vpce-svc-0d1"
LOG_GROUP = execution_log_group(API, STAGE)
BALANCER_SUBNETS, TARGET_SUBNETS = ("subnet-0b1", "subnet-0b2"), ("subnet-0t1", "subnet-0t2")
TARGETS = ("i-0a1", "i-0a2")
TARGET_ADDRESSES = ("10.20.11.10", "10.20.12.10")
NODE_ADDRESSES = ("10.20.1.20", "10.20.2.20")
TARGET_SG = "sg-0target"
PUSH_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def request(**changes: Any) -> Request:
    return Request(**{"api": "orders", "stage": STAGE, "region": REGION, **changes})


def healthy(**changes: Any) -> Evidence:
    """REST API → VPC link v1 → NLB without security groups → two instances on port 8080, plain HTTP on port 80."""
    api = r.Api(id=API, name="orders", protocol="REST", status="AVAILABLE", endpoint_types=("REGIONAL",))
    integration = r.Integration(
        type="HTTP_PROXY",
        http_method="ANY",
        uri="http://orders.example.com/{proxy}",
        connection_type="VPC_LINK",
        connection_id=LINK,
    )
    listener = r.Listener(
        listener_arn=LISTENER,
        load_balancer_arn=NLB,
        port=80,
        protocol="TCP",
        default_actions=(r.Action(type="forward", target_group_arn=GROUP),),
    )
    values: list[tuple[s.Source[Any], str, Any]] = [
        (s.CALLER, "", r.CallerIdentity(account=ACCOUNT)),
        (s.REST_APIS, "orders", r.ApiMatches(apis=(api,))),
        (s.HTTP_APIS, "orders", r.ApiMatches()),
        (s.STAGE, f"REST/{API}/{STAGE}", stage()),
        (
            s.ROUTES,
            f"REST/{API}",
            (r.Route(resource_id="res1", path="/{proxy+}", method="ANY", integration=integration),),
        ),
        (s.LOGGING_ACCOUNT, "", r.LoggingAccount(cloudwatch_role_arn=ROLE)),
        (s.ROLE, ROLE, r.Role(arn=ROLE, trusted_services=("apigateway.amazonaws.com",))),
        (s.ROLE_POLICIES, ROLE, (PUSH_POLICY,)),
        (s.LOG_GROUPS, LOG_GROUP, (r.LogGroup(log_group_name=LOG_GROUP, retention_in_days=30),)),
        (s.LOG_DELIVERIES, f"arn:aws:apigateway:{REGION}:{ACCOUNT}:/restapis/{API}/stages/{STAGE}", ()),
        (s.EXECUTION_LOG, LOG_GROUP, r.LogReading(group=LOG_GROUP, since=NOW, until=NOW)),
        (s.DEPLOYED, f"REST/{API}/{STAGE}", (r.Route(path="/{proxy+}", method="ANY", integration=integration),)),
        (s.VPC_LINK_V1, LINK, r.VpcLinkV1(id=LINK, name="orders-link", status="AVAILABLE", target_arns=(NLB,))),
        (s.ENDPOINT_SERVICES, NLB, (endpoint_service(),)),
        (s.ENDPOINT_CONNECTIONS, SERVICE, (connection("available"),)),
        (s.LOAD_BALANCER, NLB, balancer()),
        (s.LISTENERS, NLB, (listener,)),
        (s.BALANCER_INTERFACES, NLB, tuple(_node(i) for i in range(2))),
        (s.BALANCER_ATTRIBUTES, NLB, {"load_balancing.cross_zone.enabled": "false"}),
        (s.LISTENER_ATTRIBUTES, LISTENER, {"tcp.idle_timeout.seconds": "350"}),
        (s.GROUP_ATTRIBUTES, GROUP, {"proxy_protocol_v2.enabled": "false", "preserve_client_ip.enabled": "true"}),
        (s.TARGET_GROUP, GROUP, group()),
        (s.TARGET_HEALTH, GROUP, tuple(target(i, "healthy") for i in TARGETS)),
        (s.SECURITY_GROUP, TARGET_SG, security_group(TARGET_SG, rule(8080, "10.20.1.0/24", "10.20.2.0/24"))),
    ]
    for i, subnet in enumerate((*BALANCER_SUBNETS, *TARGET_SUBNETS)):
        cidr = ("10.20.1.0/24", "10.20.2.0/24", "10.20.11.0/24", "10.20.12.0/24")[i]
        zone = f"{REGION}{'ab'[i % 2]}"
        found = r.Subnet(subnet_id=subnet, vpc_id=VPC, cidr_block=cidr, availability_zone=zone, state="available")
        values += [(s.SUBNET, subnet, found), (s.NETWORK_ACL, subnet, acl())]
    values += [(s.INSTANCE, i, instance(i)) for i in TARGETS]
    reads = {(source.name, key): value for source, key, value in values}
    return Evidence(request=request(**changes), at=NOW, reads=reads)


def stage(**changes: Any) -> r.Stage:
    settings = {"*/*": r.MethodSetting(logging_level="INFO")}
    return r.Stage(**{"name": STAGE, "deployment_id": "dep1", "method_settings": settings, **changes})


def endpoint_service(**changes: Any) -> r.EndpointService:
    return r.EndpointService(
        **{"service_id": SERVICE, "service_state": "Available", "network_load_balancer_arns": (NLB,), **changes}
    )


def connection(state: str, **changes: Any) -> r.EndpointConnection:
    return r.EndpointConnection(
        **{
            "service_id": SERVICE,
            "vpc_endpoint_id": "vpce-0c1",
            "vpc_endpoint_owner": "631144002099",
            "vpc_endpoint_state": state,
            **changes,
        }
    )


def balancer(**changes: Any) -> r.LoadBalancer:
    zones = tuple(
        r.LoadBalancerZone(zone_name=f"{REGION}{'ab'[i]}", subnet_id=subnet)
        for i, subnet in enumerate(BALANCER_SUBNETS)
    )
    return r.LoadBalancer(
        **{
            "load_balancer_arn": NLB,
            "load_balancer_name": "orders-nlb",
            "type": "network",
            "scheme": "internal",
            "vpc_id": VPC,
            "ip_address_type": "ipv4",
            "state": r.LoadBalancerState(code="active"),
            "availability_zones": zones,
            **changes,
        }
    )


def group(**changes: Any) -> r.TargetGroup:
    return r.TargetGroup(
        **{
            "target_group_arn": GROUP,
            "target_group_name": "orders-tg",
            "protocol": "TCP",
            "port": 8080,
            "vpc_id": VPC,
            "health_check_protocol": "TCP",
            "load_balancer_arns": (NLB,),
            **changes,
        }
    )


def target(target_id: str, state: str, reason: str = "", port: int = 8080) -> r.TargetHealthDescription:
    return r.TargetHealthDescription(
        target=r.TargetDescription(id=target_id, port=port),
        health_check_port=str(port),
        target_health=r.TargetHealth(state=state, reason=reason),
    )


def rule(port: int | None, *cidrs: str, groups: tuple[str, ...] = ()) -> r.IpPermission:
    """One security-group rule; port None means all traffic."""
    return r.IpPermission(
        ip_protocol="-1" if port is None else "tcp",
        from_port=port,
        to_port=port,
        ip_ranges=tuple(r.IpRange(cidr_ip=c) for c in cidrs),
        user_id_group_pairs=tuple(r.GroupPair(group_id=g) for g in groups),
    )


def security_group(
    group_id: str, *ingress: r.IpPermission, egress: tuple[r.IpPermission, ...] | None = None
) -> r.SecurityGroup:
    out = (rule(None, "0.0.0.0/0"),) if egress is None else egress
    return r.SecurityGroup(
        group_id=group_id, group_name=group_id, vpc_id=VPC, ip_permissions=ingress, ip_permissions_egress=out
    )


def acl(*entries: r.NetworkAclEntry, acl_id: str = "acl-0default") -> r.NetworkAcl:
    """A network ACL: the entries, then AWS's "allow all" of a default ACL, then the final deny."""
    ends = tuple(
        r.NetworkAclEntry(rule_number=number, rule_action=action, egress=egress, cidr_block="0.0.0.0/0")
        for number, action in ((100, "allow"), (32767, "deny"))
        for egress in (True, False)
    )
    return r.NetworkAcl(network_acl_id=acl_id, vpc_id=VPC, entries=(*entries, *ends))


def entry(
    number: int, action: str, *, egress: bool, cidr: str = "0.0.0.0/0", ports: tuple[int, int] | None = None
) -> r.NetworkAclEntry:
    port_range = r.PortRange(from_=ports[0], to=ports[1]) if ports else None
    return r.NetworkAclEntry(
        rule_number=number,
        protocol="6" if ports else "-1",
        rule_action=action,
        egress=egress,
        cidr_block=cidr,
        port_range=port_range,
    )


def instance(instance_id: str, state: str = "running", groups: tuple[str, ...] = (TARGET_SG,)) -> r.Instance:
    i = TARGETS.index(instance_id)
    interface = r.InstanceInterface(
        network_interface_id=f"eni-0{instance_id[2:]}",
        subnet_id=TARGET_SUBNETS[i],
        vpc_id=VPC,
        private_ip_address=TARGET_ADDRESSES[i],
        groups=tuple(r.GroupIdentifier(group_id=g) for g in groups),
    )
    return r.Instance(
        instance_id=instance_id,
        state=r.InstanceState(name=state),
        vpc_id=VPC,
        subnet_id=TARGET_SUBNETS[i],
        private_ip_address=TARGET_ADDRESSES[i],
        network_interfaces=(interface,) if state != "terminated" else (),
    )


def _node(i: int) -> r.NetworkInterface:
    return r.NetworkInterface(
        network_interface_id=f"eni-0node{i}",
        description=f"ELB {NLB.partition(':loadbalancer/')[2]}",
        subnet_id=BALANCER_SUBNETS[i],
        vpc_id=VPC,
        private_ip_address=NODE_ADDRESSES[i],
    )


def changed(source: s.Source[Any], key: str, value: Any, evidence: Evidence | None = None) -> Evidence:
    """The healthy evidence (or another) with one read changed."""
    return (evidence or healthy()).with_reads({(source.name, key): value})


def gone(source: s.Source[Any], key: str, detail: str = "", evidence: Evidence | None = None) -> Evidence:
    """… in which AWS says that there is no such resource."""
    return changed(source, key, Absent(detail), evidence)


def denied(source: s.Source[Any], evidence: Evidence | None = None) -> Evidence:
    """… in which this role may not make the call: every read of its IAM action is a gap."""
    evidence = evidence or healthy()
    gaps = {
        (name, key): Gap(action=source.action, resource=key, reason=GapReason.ACCESS_DENIED)
        for name, key in evidence.reads
        if s.SOURCES[name].action == source.action
    }
    return evidence.with_reads(gaps)


def logged(
    *messages: str, evidence: Evidence | None = None, request_id: str = "6e1c1f0e-0000-4000-8000-000000000001"
) -> Evidence:
    """… whose execution log holds one request with these lines."""
    events = tuple(r.LogEvent(at=NOW, message=f"({request_id}) {m}") for m in messages)
    reading = r.LogReading(group=LOG_GROUP, since=NOW, until=NOW, events=events)
    return changed(s.EXECUTION_LOG, LOG_GROUP, reading, evidence)


def judged(check: Check[Any], evidence: Evidence) -> list[tuple[str, str]]:
    """What a check says: (status, resource), in order."""
    return [(str(f.status), f.resource) for f in run(check, Walk(evidence))]


def findings(check: Check[Any], evidence: Evidence) -> list[Finding]:
    return list(run(check, Walk(evidence)))


def actions_missing(check: Check[Any], evidence: Evidence) -> set[str]:
    """The IAM actions that the check's unknown findings name."""
    return {gap.action for f in findings(check, evidence) if f.status is Status.UNKNOWN for gap in f.gaps}
