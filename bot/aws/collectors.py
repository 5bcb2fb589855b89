"""Which collector reads which source."""

from __future__ import annotations

from collections.abc import Callable

import boto3

from bot.aws import balancing, certificates, gateway, gateway_v2, identity, logs, metrics, network, surroundings
from bot.aws.connection import Connection
from bot.aws.reader import AwsReader, Collector, Context, one
from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Absent
from bot.diagnosis.model import Request


def _stage(context: Context, key: str) -> r.Stage | Absent:
    protocol, api_id, name = key.split("/", 2)
    return (gateway.rest_stage if protocol == "REST" else gateway_v2.http_stage)(context, api_id, name)


def _routes(context: Context, key: str) -> tuple[r.Route, ...]:
    protocol, api_id = key.split("/", 1)
    return (gateway.rest_routes if protocol == "REST" else gateway_v2.http_routes)(context, api_id)


def _deployed(context: Context, key: str) -> tuple[r.Route, ...]:
    _, api_id, name = key.split("/", 2)
    return gateway.deployed(context, api_id, name)


COLLECTORS: dict[str, Collector] = {
    s.CALLER.name: one(identity.caller),
    s.REST_APIS.name: one(gateway.rest_apis),
    s.HTTP_APIS.name: one(gateway_v2.http_apis),
    s.STAGE.name: one(_stage),
    s.ROUTES.name: one(_routes),
    s.DEPLOYED.name: one(_deployed),
    s.DEPLOYMENTS.name: one(lambda context, key: gateway.deployments(context, key.partition("/")[2])),
    s.CLIENT_CERTIFICATE.name: one(gateway.client_certificate),
    s.VPC_LINK_V1.name: one(gateway.vpc_link_v1),
    s.VPC_LINK_V2.name: one(gateway_v2.vpc_link_v2),
    s.LOGGING_ACCOUNT.name: one(gateway.logging_account),
    s.ROLE.name: one(identity.role),
    s.ROLE_POLICIES.name: one(identity.role_policies),
    s.ENDPOINT_SERVICES.name: one(network.endpoint_services),
    s.ENDPOINT_CONNECTIONS.name: one(network.endpoint_connections),
    s.SUBNET.name: Collector(network.subnets, 200),
    s.SECURITY_GROUP.name: Collector(network.security_groups, 200),
    s.PREFIX_LIST.name: one(network.prefix_list),
    s.NETWORK_ACL.name: Collector(network.network_acls, 200),
    s.BALANCER_INTERFACES.name: one(network.balancer_interfaces),
    s.INTERFACE_BY_ADDRESS.name: Collector(network.interfaces_by_address, 200),
    s.INSTANCE.name: Collector(network.instances, 200),
    s.LOAD_BALANCER.name: Collector(balancing.load_balancers, 20),
    s.LISTENERS.name: one(balancing.listeners),
    s.LISTENER.name: one(balancing.listener),
    s.RULES.name: one(balancing.rules),
    s.TARGET_GROUP.name: Collector(balancing.target_groups, 20),
    s.TARGET_HEALTH.name: one(balancing.target_health),
    s.LISTENER_CERTIFICATES.name: one(balancing.listener_certificates),
    s.CERTIFICATE.name: one(certificates.certificate),
    s.LOG_GROUPS.name: one(logs.log_groups),
    s.LOG_DELIVERIES.name: one(logs.deliveries),
    s.EXECUTION_LOG.name: one(logs.execution_log),
    s.LINK_INTERFACES.name: one(network.link_interfaces),
    s.ROUTE_TABLE.name: one(network.route_table),
    s.PEERING.name: one(network.peering),
    s.FLOW_LOGS.name: one(network.flow_logs),
    s.REJECTED_FLOWS.name: one(logs.rejected_flows),
    s.BALANCER_ATTRIBUTES.name: one(balancing.balancer_attributes),
    s.LISTENER_ATTRIBUTES.name: one(balancing.listener_attributes),
    s.GROUP_ATTRIBUTES.name: one(balancing.group_attributes),
    s.SSL_POLICY.name: one(balancing.ssl_policy),
    s.CERTIFICATE_BODY.name: one(certificates.certificate_body),
    s.CLOUD_MAP.name: one(surroundings.cloud_map),
    s.ACCESS_LOG.name: one(logs.access_log),
    s.QUOTA.name: one(surroundings.quota),
    s.SERVICE_EVENTS.name: one(surroundings.service_events),
    s.CHANGES.name: one(surroundings.changes),
    s.METRIC.name: Collector(metrics.series, 500),
}


def readers(session: boto3.Session) -> Callable[[Request], AwsReader]:
    """Return what makes a reader for a request. Connections are kept by region and shared by every run."""
    connections: dict[str, Connection] = {}

    def reader(request: Request) -> AwsReader:
        if request.region not in connections:
            connections[request.region] = Connection(session, request.region)
            connections[request.region].warm()
        return AwsReader(connections[request.region], COLLECTORS)

    return reader
