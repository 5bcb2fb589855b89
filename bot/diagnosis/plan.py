"""What to read next, given what is known: a pure function, asked again after every read.

Each branch lists what one station of the path needs. A read is wanted as soon as its inputs are known, so reads that
do not depend on each other run at the same time, and the longest chain is API → stage → VPC link → load balancer →
target group → target → its security groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import NOT_READ, Evidence, Key, MissingEvidence
from bot.diagnosis.hops import (
    BalancerHop,
    LinkHop,
    ListenerHop,
    ServiceHop,
    TargetGroupHop,
    TargetHop,
    found_groups,
    interfaces_key,
)
from bot.diagnosis.path import Walk, api_key, stage_key
from bot.diagnosis.resources import SecurityGroup, VpcLinkV1, VpcLinkV2

Want = tuple[s.Source[Any], str]
MAX_TARGETS = 100
"""Targets of one group whose interfaces are read; a larger group's first ones stand for all."""


def wanted(evidence: Evidence) -> frozenset[Key]:
    """Return the reads that are possible now and were not made yet."""
    walk = Walk(evidence)
    wants: set[Key] = set()
    for branch in _branches(walk):
        try:
            wants.update((source.name, key) for source, key in branch if key or source in _KEYLESS)
        except MissingEvidence:
            continue  # what lies behind is not known yet, or never will be
    return frozenset(key for key in wants if key not in evidence.reads)


_KEYLESS = (s.CALLER, s.LOGGING_ACCOUNT, s.SERVICE_EVENTS)
LINKS_V1_QUOTA, LINKS_V2_QUOTA = "L-A4C7274F", "L-608BDCD4"
"""Service-quota codes of the number of VPC links per region."""


def _branches(walk: Walk) -> Iterator[Iterator[Want]]:
    yield _context(walk)
    yield _log(walk)
    yield _log_account(walk)
    yield _log_delivery(walk)
    yield _access_log(walk)
    yield _aws_events(walk)
    yield _flow_logs(walk)
    yield _idle_timeouts(walk)
    per_hop: tuple[tuple[Any, Callable[[Any], Iterator[Want]]], ...] = (
        (walk.links, _link),
        (walk.services, _service),
        (walk.links, _link_network),
        (walk.balancers, _balancer),
        (walk.balancers, _balancer_network),
        (walk.listeners, _listener),
        (walk.listeners, _further_certificates),
        (walk.target_groups, _target_group),
        (walk.targets, _target),
        (walk.targets, _target_network),
    )
    for reached, branch in per_hop:
        for hop in reached.items:
            yield branch(hop)
    yield _metrics(walk)


def _context(walk: Walk) -> Iterator[Want]:
    yield s.CALLER, ""
    yield s.REST_APIS, walk.request.api
    yield s.HTTP_APIS, walk.request.api
    yield s.LOGGING_ACCOUNT, ""
    for candidate in walk.matches.apis:
        yield s.STAGE, stage_key(candidate, walk.request.stage)
    if api := walk.api:
        yield s.ROUTES, api_key(api)
        if api.protocol == "REST":
            yield from _deployment(walk, api_key(api), stage_key(api, walk.request.stage))
        if (stage := walk.stage) and stage.client_certificate_id:
            yield s.CLIENT_CERTIFICATE, stage.client_certificate_id


def _deployment(walk: Walk, api: str, stage: str) -> Iterator[Want]:
    if not walk.evidence.was_read(s.STAGE, stage) or walk.stage is not None:
        yield s.DEPLOYED, stage
        if walk.evidence.was_read(s.DEPLOYED, stage) and walk.evidence.failed(s.DEPLOYED, stage):
            yield s.DEPLOYMENTS, api


def _log(walk: Walk) -> Iterator[Want]:
    api = walk.api
    if api and api.protocol != "HTTP":
        group = execution_log_group(api.id, walk.request.stage)
        yield s.LOG_GROUPS, group
        yield s.EXECUTION_LOG, group


def _log_account(walk: Walk) -> Iterator[Want]:
    account = walk.evidence.get(s.LOGGING_ACCOUNT, "")
    if account and account.cloudwatch_role_arn:
        yield s.ROLE, account.cloudwatch_role_arn
        yield s.ROLE_POLICIES, account.cloudwatch_role_arn


def _log_delivery(walk: Walk) -> Iterator[Want]:
    api = walk.api
    if api and api.protocol != "HTTP":
        key = stage_arn(walk.account, walk.request.region, api.id, walk.request.stage)
        yield s.LOG_DELIVERIES, key
        deliveries = walk.evidence.get(s.LOG_DELIVERIES, key)
        for delivery in deliveries or ():
            if delivery.destination_type == "CWL" and delivery.destination_arn:
                yield s.EXECUTION_LOG, log_group_name(delivery.destination_arn)


def _access_log(walk: Walk) -> Iterator[Want]:
    """An HTTP API has no other log; a REST API's is read where its execution log tells nothing."""
    api, stage = walk.api, walk.stage
    destination = stage.access_log.destination_arn if stage and stage.access_log else ""
    if api and ":log-group:" in destination:
        silent = walk.evidence.was_read(s.EXECUTION_LOG, execution_log_group(api.id, walk.request.stage))
        if api.protocol == "HTTP" or (silent and not walk.failing):
            yield s.ACCESS_LOG, log_group_name(destination)


def _aws_events(walk: Walk) -> Iterator[Want]:
    if any(request.explanation.signature == "E8" for request in walk.failing):
        yield s.SERVICE_EVENTS, ""


def _link(link: LinkHop) -> Iterator[Want]:
    if not link.id:
        return
    generations: tuple[s.Source[Any], s.Source[Any]] = (s.VPC_LINK_V1, s.VPC_LINK_V2)
    expected, other = reversed(generations) if link.expects_v2 else generations
    yield expected, link.id
    if link.path.api.protocol == "HTTP" and ":listener/" in link.path.uri.text:
        yield s.LISTENER, link.path.uri.text
    if link.cloud_map_arn:
        yield s.CLOUD_MAP, link.cloud_map_arn
    if link.evidence.get(expected, link.id) is None:
        yield other, link.id
    if (found := link.link) and found.status == "FAILED":
        yield s.QUOTA, LINKS_V1_QUOTA if isinstance(found, VpcLinkV1) else LINKS_V2_QUOTA


def _service(service: ServiceHop) -> Iterator[Want]:
    yield s.ENDPOINT_SERVICES, service.balancer_arn
    if found := service.service:
        yield s.ENDPOINT_CONNECTIONS, found.service_id


def _link_network(hop: LinkHop) -> Iterator[Want]:
    """A link of the second generation stands in subnets of its own."""
    link = hop.link
    if not isinstance(link, VpcLinkV2):
        return
    for subnet in link.subnet_ids:
        yield s.SUBNET, subnet
        yield s.NETWORK_ACL, subnet
    yield s.LINK_INTERFACES, interfaces_key(link)
    for group in link.security_group_ids:
        yield s.SECURITY_GROUP, group
    yield from _prefix_lists(found_groups(hop.evidence, link.security_group_ids))
    if not link.security_group_ids:  # the link then carries the VPC's default group: its interfaces tell which
        for group in dict.fromkeys(g for interface in hop.interfaces for g in interface.group_ids):
            yield s.SECURITY_GROUP, group


def _balancer(balancer: BalancerHop) -> Iterator[Want]:
    yield s.LOAD_BALANCER, balancer.arn
    if ":loadbalancer/" in balancer.arn:
        yield s.LISTENERS, balancer.arn
        yield s.BALANCER_INTERFACES, balancer.arn
        yield s.BALANCER_ATTRIBUTES, balancer.arn


def _balancer_network(balancer: BalancerHop) -> Iterator[Want]:
    found = balancer.balancer
    for group in found.security_groups if found else ():
        yield s.SECURITY_GROUP, group
    for subnet in balancer.subnet_ids:
        yield s.SUBNET, subnet
        yield s.NETWORK_ACL, subnet
    yield from _prefix_lists(balancer.security_groups)


def _listener(hop: ListenerHop) -> Iterator[Want]:
    listener = hop.listener
    if listener.protocol in {"TLS", "HTTPS"}:
        for reference in listener.certificates:
            yield s.CERTIFICATE, reference.certificate_arn
        yield s.LISTENER_CERTIFICATES, listener.listener_arn
        yield s.SSL_POLICY, listener.ssl_policy
    balancer = hop.balancer.balancer
    if balancer and balancer.type == "application":
        yield s.RULES, listener.listener_arn


def _further_certificates(hop: ListenerHop) -> Iterator[Want]:
    """The certificates that SNI may choose. Only an imported one can lack a part of its chain: its text is read."""
    arns = [reference.certificate_arn for reference in hop.listener.certificates]
    if hop.listener.protocol in {"TLS", "HTTPS"} and not hop.evidence.failed(
        s.LISTENER_CERTIFICATES, hop.listener.listener_arn
    ):
        further = hop.evidence.get(s.LISTENER_CERTIFICATES, hop.listener.listener_arn) or ()
        arns += [reference.certificate_arn for reference in further]
    for arn in dict.fromkeys(arns):
        yield s.CERTIFICATE, arn
        if hop.evidence.was_read(s.CERTIFICATE, arn) and not hop.evidence.failed(s.CERTIFICATE, arn):
            found = hop.evidence.get(s.CERTIFICATE, arn)
            if found and found.type == "IMPORTED" and ":acm:" in arn:
                yield s.CERTIFICATE_BODY, arn


def _target_group(hop: TargetGroupHop) -> Iterator[Want]:
    yield s.TARGET_GROUP, hop.arn
    yield s.TARGET_HEALTH, hop.arn
    yield s.GROUP_ATTRIBUTES, hop.arn


def _target(hop: TargetHop) -> Iterator[Want]:
    if hop.description in hop.group.health[:MAX_TARGETS]:
        if hop.id.startswith("i-"):
            yield s.INSTANCE, hop.id
        else:
            group = hop.group.group
            yield s.INTERFACE_BY_ADDRESS, f"{group.vpc_id if group else ''}/{hop.id}"


def _target_network(hop: TargetHop) -> Iterator[Want]:
    interface = hop.interface
    if interface:
        yield s.SUBNET, interface.subnet_id
        yield s.NETWORK_ACL, interface.subnet_id
        for group in interface.group_ids:
            yield s.SECURITY_GROUP, group
        yield from _prefix_lists(hop.security_groups)
    elif not hop.id.startswith("i-"):
        yield from _way_out(hop)


def _way_out(hop: TargetHop) -> Iterator[Want]:
    """A target that no interface of the VPC holds lies outside: the load balancer's routes tell how it is reached."""
    balancer = hop.group.balancer.balancer
    for subnet in hop.group.balancer.subnet_ids:
        key = f"{balancer.vpc_id if balancer else ''}/{subnet}"
        yield s.ROUTE_TABLE, key
        table = hop.evidence.get(s.ROUTE_TABLE, key) if hop.evidence.was_read(s.ROUTE_TABLE, key) else None
        for route in table.routes if table else ():
            if route.vpc_peering_connection_id:
                yield s.PEERING, route.vpc_peering_connection_id


def _idle_timeouts(walk: Walk) -> Iterator[Want]:
    """How long a connection may idle matters only where connections were lost."""
    if any(request.explanation.signature in {"E5", "E10"} for request in walk.failing):
        for hop in walk.listeners.items:
            if hop.listener.protocol.startswith("TCP"):
                yield s.LISTENER_ATTRIBUTES, hop.listener.listener_arn


def _flow_logs(walk: Walk) -> Iterator[Want]:
    """Flow logs are only evidence for a fault that already shows: they are read where something fails."""
    for group in walk.target_groups.items:
        found = group.group
        sick = any(x.target_health.state == "unhealthy" for x in group.health)
        if found and found.vpc_id and (sick or walk.failing):
            yield s.FLOW_LOGS, found.vpc_id
            if walk.evidence.was_read(s.FLOW_LOGS, found.vpc_id):
                for log in walk.evidence.get(s.FLOW_LOGS, found.vpc_id) or ():
                    if log.log_group_name and not log.log_format.startswith("${version} ${vpc-id}"):
                        for port in sorted({x.port for x in group.targets if x.port}):
                            yield s.REJECTED_FLOWS, f"{port}/{log.log_group_name}"


def _prefix_lists(groups: tuple[SecurityGroup, ...]) -> Iterator[Want]:
    for group in groups:
        for rule in group.ip_permissions + group.ip_permissions_egress:
            for reference in rule.prefix_list_ids:
                yield s.PREFIX_LIST, reference.prefix_list_id


def _metrics(walk: Walk) -> Iterator[Want]:
    """All series at once, as soon as the path is known as far as it goes: GetMetricData is billed and batched."""
    api = walk.api
    if api is None or any(gap.detail == NOT_READ for gap in walk.targets.gaps):
        return
    keys = list(metrics.of_api(api, walk.request.stage).values())
    for balancer in walk.balancers.items:
        keys += metrics.of_balancer(balancer.arn).values()
    for group in walk.target_groups.items:
        keys += metrics.of_target_group(group.balancer.arn, group.arn).values()
    for key in keys:
        yield s.METRIC, key


def execution_log_group(api_id: str, stage: str) -> str:
    """Return the name of the managed execution log group (AWS: set-up-logging)."""
    return f"API-Gateway-Execution-Logs_{api_id}/{stage}"


def stage_arn(account: str, region: str, api_id: str, stage: str) -> str:
    """Return a stage's ARN as CloudWatch Logs deliveries name it; unlike IAM's, it holds the account."""
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{partition}:apigateway:{region}:{account}:/restapis/{api_id}/stages/{stage}"


def log_group_name(arn: str) -> str:
    """Return the log group's name from its ARN (`arn:…:log-group:NAME:*`)."""
    return arn.partition(":log-group:")[2].removesuffix(":*")
