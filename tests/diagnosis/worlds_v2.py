"""Healthy evidence of the other topologies: links of the second generation, and an ALB behind an NLB.

`rest_v2()` is REST → VPC link v2 → `integrationTarget`; `http_api()` is HTTP API → VPC link v2 → listener. Both use the
same VPC, subnets and targets as `worlds.healthy()`; the load balancer is an ALB with HTTP, or an NLB with TCP.
"""

from __future__ import annotations

from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from tests.diagnosis import worlds as w

LINK_V2, LINK_SG, BALANCER_SG = "v2lnk9", "sg-0link", "sg-0balancer"
LINK_SUBNETS = ("subnet-0l1", "subnet-0l2")
ALB_LISTENER = w.ALB.replace("loadbalancer/", "listener/") + "/cccc"
ALB_GROUP = w.GROUP.replace("orders-tg", "orders-alb-tg")
_LINK_CIDRS = ("10.20.21.0/24", "10.20.22.0/24")


def rest_v2(balancer: str = "alb", **changes: Any) -> Evidence:
    """REST API → VPC link v2 → ALB (or NLB) named by `integrationTarget`."""
    arn = w.ALB if balancer == "alb" else w.NLB
    route = w.healthy().reads[s.ROUTES.name, f"REST/{w.API}"][0]
    integration = route.integration.model_copy(update={"connection_id": LINK_V2, "target": arn})
    routes = (route.model_copy(update={"integration": integration}),)
    reads = {
        (s.ROUTES.name, f"REST/{w.API}"): routes,
        (s.DEPLOYED.name, f"REST/{w.API}/{w.STAGE}"): routes,
        **_v2_network(balancer),
    }
    return _without_v1(w.healthy(**changes)).with_reads(reads)


def http_api(balancer: str = "alb", *, tls: bool = False, **changes: Any) -> Evidence:
    """HTTP API → VPC link v2 → the listener of an ALB (or NLB)."""
    arn, listener = (w.ALB, ALB_LISTENER) if balancer == "alb" else (w.NLB, w.LISTENER)
    api = r.Api(id=w.API, name="orders", protocol="HTTP")
    integration = r.Integration(
        id="int1",
        type="HTTP_PROXY",
        http_method="ANY",
        uri=listener,
        connection_type="VPC_LINK",
        connection_id=LINK_V2,
        tls_configured=tls,
        server_name_to_verify="orders.example.com" if tls else "",
        timeout_milliseconds=30000,
    )
    stage = r.Stage(
        name=w.STAGE,
        auto_deploy=True,
        access_log=r.AccessLog(
            destination_arn=f"arn:aws:logs:{w.REGION}:{w.ACCOUNT}:log-group:/orders/access",
            format='{"requestId":"$context.requestId","status":"$context.status","routeKey":"$context.routeKey",'
            '"error":"$context.integrationErrorMessage"}',
        ),
    )
    base = _without_v1(w.healthy(**changes))
    dropped = {
        s.STAGE.name,
        s.ROUTES.name,
        s.DEPLOYED.name,
        s.EXECUTION_LOG.name,
        s.LOG_GROUPS.name,
        s.LOG_DELIVERIES.name,
    }
    kept = {key: value for key, value in base.reads.items() if key[0] not in dropped}
    reads = {
        (s.REST_APIS.name, "orders"): r.ApiMatches(),
        (s.HTTP_APIS.name, "orders"): r.ApiMatches(apis=(api,)),
        (s.STAGE.name, f"HTTP/{w.API}/{w.STAGE}"): stage,
        (s.ROUTES.name, f"HTTP/{w.API}"): (r.Route(path="/{proxy+}", method="ANY", integration=integration),),
        (s.ACCESS_LOG.name, "/orders/access"): r.LogReading(group="/orders/access", since=w.NOW, until=w.NOW),
        **_v2_network(balancer),
    }
    found = reads.get((s.LISTENERS.name, arn)) or kept[s.LISTENERS.name, arn]
    return Evidence(request=base.request, at=base.at, reads={**kept, **reads, (s.LISTENER.name, listener): found[0]})


def alb_behind_nlb() -> Evidence:
    """REST API → VPC link v1 → NLB (TCP 80) → target group of type alb → ALB (HTTP 80) → two instances."""
    front = w.group(target_type="alb", port=80, health_check_protocol="HTTP")
    target = w.target(w.ALB, "healthy", port=80)
    reads = {
        (s.TARGET_GROUP.name, w.GROUP): front,
        (s.TARGET_HEALTH.name, w.GROUP): (target,),
        **_alb(ingress=(w.rule(80, "10.20.1.0/24", "10.20.2.0/24"),)),
    }
    return w.healthy().with_reads(reads)


def _without_v1(evidence: Evidence) -> Evidence:
    dropped = {s.VPC_LINK_V1.name, s.ENDPOINT_SERVICES.name, s.ENDPOINT_CONNECTIONS.name}
    kept = {key: value for key, value in evidence.reads.items() if key[0] not in dropped}
    return Evidence(request=evidence.request, at=evidence.at, reads=kept)


def _v2_network(balancer: str) -> dict[Any, Any]:
    link = r.VpcLinkV2(
        id=LINK_V2, name="orders-link", status="AVAILABLE", subnet_ids=LINK_SUBNETS, security_group_ids=(LINK_SG,)
    )
    interfaces = tuple(
        r.NetworkInterface(
            network_interface_id=f"eni-0link{i}",
            interface_type="api_gateway_managed",
            subnet_id=subnet,
            vpc_id=w.VPC,
            private_ip_address=f"10.20.2{i + 1}.30",
            groups=(r.GroupIdentifier(group_id=LINK_SG),),
        )
        for i, subnet in enumerate(LINK_SUBNETS)
    )
    reads: dict[Any, Any] = {
        (s.VPC_LINK_V2.name, LINK_V2): link,
        (s.LINK_INTERFACES.name, ",".join(LINK_SUBNETS)): interfaces,
        (s.SECURITY_GROUP.name, LINK_SG): w.security_group(LINK_SG),
    }
    for i, subnet in enumerate(LINK_SUBNETS):
        found = r.Subnet(
            subnet_id=subnet,
            vpc_id=w.VPC,
            cidr_block=_LINK_CIDRS[i],
            state="available",
            available_ip_address_count=200,
            availability_zone=f"{w.REGION}{'ab'[i]}",
        )
        reads |= {(s.SUBNET.name, subnet): found, (s.NETWORK_ACL.name, subnet): w.acl()}
    if balancer == "alb":
        reads |= _alb(ingress=(w.rule(80, groups=(LINK_SG,)),))
    else:  # an NLB keeps the client's address for instances: the link's, which the targets must admit too
        admitted = w.rule(8080, "10.20.1.0/24", "10.20.2.0/24", *_LINK_CIDRS)
        reads[s.SECURITY_GROUP.name, w.TARGET_SG] = w.security_group(w.TARGET_SG, admitted)
    return reads


def _alb(ingress: tuple[r.IpPermission, ...]) -> dict[Any, Any]:
    listener = r.Listener(
        listener_arn=ALB_LISTENER,
        load_balancer_arn=w.ALB,
        port=80,
        protocol="HTTP",
        default_actions=(r.Action(type="forward", target_group_arn=ALB_GROUP),),
    )
    default = r.Rule(
        rule_arn=ALB_LISTENER.replace("listener/", "listener-rule/") + "/dddd",
        is_default=True,
        actions=listener.default_actions,
    )
    alb = w.balancer(
        load_balancer_arn=w.ALB, load_balancer_name="orders-alb", type="application", security_groups=(BALANCER_SG,)
    )
    group = w.group(
        target_group_arn=ALB_GROUP,
        target_group_name="orders-alb-tg",
        protocol="HTTP",
        protocol_version="HTTP1",
        health_check_protocol="HTTP",
        health_check_path="/",
        load_balancer_arns=(w.ALB,),
    )
    nodes = tuple(
        r.NetworkInterface(
            network_interface_id=f"eni-0alb{i}",
            description=f"ELB {w.ALB.partition(':loadbalancer/')[2]}",
            subnet_id=subnet,
            vpc_id=w.VPC,
            private_ip_address=f"10.20.{i + 1}.40",
            groups=(r.GroupIdentifier(group_id=BALANCER_SG),),
        )
        for i, subnet in enumerate(w.BALANCER_SUBNETS)
    )
    return {
        (s.LOAD_BALANCER.name, w.ALB): alb,
        (s.LISTENERS.name, w.ALB): (listener,),
        (s.RULES.name, ALB_LISTENER): (default,),
        (s.BALANCER_INTERFACES.name, w.ALB): nodes,
        (s.BALANCER_ATTRIBUTES.name, w.ALB): {"idle_timeout.timeout_seconds": "60"},
        (s.TARGET_GROUP.name, ALB_GROUP): group,
        (s.TARGET_HEALTH.name, ALB_GROUP): tuple(w.target(i, "healthy") for i in w.TARGETS),
        (s.GROUP_ATTRIBUTES.name, ALB_GROUP): {},
        (s.SECURITY_GROUP.name, BALANCER_SG): w.security_group(BALANCER_SG, *ingress),
    }
