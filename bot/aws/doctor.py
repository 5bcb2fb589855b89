"""`doctor`: tries each read once, on nothing in particular, and tells what this role can and cannot see.

AWS decides on permission before it looks for the resource, so "not found" means allowed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, Final

from bot.aws.accounts import AccountSessions
from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.diagnosis.model import GapReason
from bot.diagnosis.policy import actions
from bot.reading import CannotReadError

ENTER: Final = "sts:AssumeRole"
_NO_ID = "0000000000"
_NO_BALANCER = "net/vpclink-doctor/0000000000000000"


@dataclass(frozen=True)
class Reading:
    """Whether one action is allowed: `allowed`, `denied`, or `not-known` with the reason."""

    action: str
    state: str
    detail: str = ""
    account: str = ""
    """The name and id of a configured account."""


def examine_accounts(sessions: AccountSessions, account: str | None, region: str | None) -> tuple[Reading, ...]:
    """Try every action in this account (a name or id), or in every configured one, or in our own.

    An account that does not let itself be read in this region is examined in the first of its own. CannotReadError
    and UnknownAccountError where the account that was asked for cannot be entered.
    """
    configured = sessions.accounts.config.accounts
    if not configured:
        return examine(sessions.connection(account, _one_of((), region)))
    if account:
        found = sessions.accounts.meant(account)
        configured = dict([found]) if found else {}
    readings: list[Reading] = []
    for name, each in configured.items():
        label = f"{name} ({each.id})"
        try:
            connection = sessions.connection(each.id, _one_of(each.regions, region))
        except CannotReadError as error:
            readings.append(Reading(ENTER, "denied", str(error), label))
        else:
            readings += [replace(reading, account=label) for reading in examine(connection)]
    return tuple(readings)


def _one_of(regions: Sequence[str], wanted: str | None) -> str:
    found = wanted if wanted and (not regions or wanted in regions) else next(iter(regions), wanted)
    if found is None:
        raise CannotReadError("Which region? Give --region, or set AWS_REGION.")
    return found


def readings_json(readings: Sequence[Reading]) -> str:
    """The readings as a JSON list."""
    return json.dumps([asdict(reading) for reading in readings], indent=2) + "\n"


def readings_text(readings: Sequence[Reading]) -> str:
    """The readings for people, by account."""
    lines: list[str] = []
    for account, some in groupby(readings, key=lambda reading: reading.account):
        lines += [f"{account}:"] if account else []
        for reading in some:
            note = f" ({reading.detail})" if reading.detail else ""
            lines.append(f"{reading.state:<10} {reading.action}{note}")
    return "\n".join(lines) + "\n"


def _attempts(region: str, account: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    balancing = f"arn:aws:elasticloadbalancing:{region}:{account}"
    group = f"{balancing}:targetgroup/vpclink-doctor/0000000000000000"
    listener = f"{balancing}:listener/{_NO_BALANCER}/0000000000000000"
    certificate = f"arn:aws:acm:{region}:{account}:certificate/00000000-0000-0000-0000-000000000000"
    balancer = f"{balancing}:loadbalancer/{_NO_BALANCER}"
    none = [{"Name": "vpc-id", "Values": ["vpc-00000000000000000"]}]
    log_group = {"logGroupName": f"API-Gateway-Execution-Logs_{_NO_ID}/none"}
    return {
        "sts:GetCallerIdentity": ("sts", "get_caller_identity", {}),
        "apigateway:GET": ("apigateway", "get_rest_apis", {"limit": 1}),
        "iam:GetRole": ("iam", "get_role", {"RoleName": "vpclink-doctor"}),
        "iam:ListAttachedRolePolicies": ("iam", "list_attached_role_policies", {"RoleName": "vpclink-doctor"}),
        "iam:GetServerCertificate": ("iam", "get_server_certificate", {"ServerCertificateName": "vpclink-doctor"}),
        "ec2:DescribeVpcEndpointServiceConfigurations": (
            "ec2",
            "describe_vpc_endpoint_service_configurations",
            {"MaxResults": 5},
        ),
        "ec2:DescribeVpcEndpointConnections": ("ec2", "describe_vpc_endpoint_connections", {"MaxResults": 5}),
        "ec2:DescribeSubnets": ("ec2", "describe_subnets", {"Filters": none}),
        "ec2:DescribeSecurityGroups": ("ec2", "describe_security_groups", {"Filters": none}),
        "ec2:GetManagedPrefixListEntries": (
            "ec2",
            "get_managed_prefix_list_entries",
            {"PrefixListId": "pl-00000000000000000"},
        ),
        "ec2:DescribeNetworkAcls": ("ec2", "describe_network_acls", {"Filters": none}),
        "ec2:DescribeNetworkInterfaces": ("ec2", "describe_network_interfaces", {"Filters": none}),
        "ec2:DescribeInstances": ("ec2", "describe_instances", {"Filters": none}),
        "ec2:DescribeRouteTables": ("ec2", "describe_route_tables", {"Filters": none}),
        "ec2:DescribeVpcPeeringConnections": ("ec2", "describe_vpc_peering_connections", {"MaxResults": 5}),
        "ec2:DescribeFlowLogs": ("ec2", "describe_flow_logs", {"MaxResults": 5}),
        "elasticloadbalancing:DescribeLoadBalancers": ("elbv2", "describe_load_balancers", {"PageSize": 1}),
        "elasticloadbalancing:DescribeListeners": ("elbv2", "describe_listeners", {"LoadBalancerArn": balancer}),
        "elasticloadbalancing:DescribeRules": ("elbv2", "describe_rules", {"ListenerArn": listener}),
        "elasticloadbalancing:DescribeTargetGroups": ("elbv2", "describe_target_groups", {"PageSize": 1}),
        "elasticloadbalancing:DescribeTargetHealth": ("elbv2", "describe_target_health", {"TargetGroupArn": group}),
        "elasticloadbalancing:DescribeListenerCertificates": (
            "elbv2",
            "describe_listener_certificates",
            {"ListenerArn": listener},
        ),
        "elasticloadbalancing:DescribeLoadBalancerAttributes": (
            "elbv2",
            "describe_load_balancer_attributes",
            {"LoadBalancerArn": balancer},
        ),
        "elasticloadbalancing:DescribeListenerAttributes": (
            "elbv2",
            "describe_listener_attributes",
            {"ListenerArn": listener},
        ),
        "elasticloadbalancing:DescribeTargetGroupAttributes": (
            "elbv2",
            "describe_target_group_attributes",
            {"TargetGroupArn": group},
        ),
        "elasticloadbalancing:DescribeSSLPolicies": ("elbv2", "describe_ssl_policies", {"PageSize": 1}),
        "acm:DescribeCertificate": ("acm", "describe_certificate", {"CertificateArn": certificate}),
        "acm:GetCertificate": ("acm", "get_certificate", {"CertificateArn": certificate}),
        "logs:DescribeLogGroups": ("logs", "describe_log_groups", {"limit": 1}),
        "logs:DescribeDeliverySources": ("logs", "describe_delivery_sources", {"limit": 1}),
        "logs:DescribeDeliveries": ("logs", "describe_deliveries", {"limit": 1}),
        "logs:GetDeliveryDestination": ("logs", "get_delivery_destination", {"name": "vpclink-doctor"}),
        "logs:FilterLogEvents": ("logs", "filter_log_events", {**log_group, "limit": 1}),
        "logs:StartQuery": (
            "logs",
            "start_query",
            {**log_group, "startTime": 0, "endTime": 1, "queryString": "limit 1"},
        ),
        "logs:GetQueryResults": ("logs", "get_query_results", {"queryId": "00000000-0000-0000-0000-000000000000"}),
        "logs:StopQuery": ("logs", "stop_query", {"queryId": "00000000-0000-0000-0000-000000000000"}),
        "cloudwatch:GetMetricData": ("cloudwatch", "get_metric_data", _no_metric()),
        "cloudwatch:DescribeAlarms": ("cloudwatch", "describe_alarms", {"MaxRecords": 1}),
        "servicediscovery:ListInstances": ("servicediscovery", "list_instances", {"ServiceId": "srv-none"}),
        "servicequotas:GetServiceQuota": (
            "service-quotas",
            "get_service_quota",
            {"ServiceCode": "apigateway", "QuotaCode": "L-A4C7274F"},
        ),
        "health:DescribeEvents": ("health", "describe_events", {"maxResults": 10}),
        "cloudtrail:LookupEvents": ("cloudtrail", "lookup_events", {"MaxResults": 1}),
    }


def _no_metric() -> dict[str, Any]:
    query = {"Id": "s0", "Expression": "TIME_SERIES(0)", "Period": 60}
    return {"MetricDataQueries": [query], "StartTime": 0, "EndTime": 60}


def examine(connection: Connection) -> tuple[Reading, ...]:
    """Try every action of the policy once."""
    calls = Calls(connection)
    try:
        account = str(calls.call("sts", "get_caller_identity").get("Account"))
    except Failure as failed:
        return (Reading(failed.action, "denied" if _denied(failed) else "not-known", failed.detail),)
    attempts = _attempts(connection.region, account)
    with ThreadPoolExecutor(max_workers=8) as threads:
        return tuple(threads.map(lambda action: _try(calls, action, attempts.get(action)), actions()))


def _denied(failed: Failure) -> bool:
    return failed.reason is GapReason.ACCESS_DENIED


def _try(calls: Calls, action: str, attempt: tuple[str, str, dict[str, Any]] | None) -> Reading:
    if attempt is None:
        return Reading(action, "not-known", "doctor does not try this one")
    service, operation, parameters = attempt
    try:
        calls.call(service, operation, **parameters)
    except Failure as failed:
        if _denied(failed):
            return Reading(action, "denied", failed.detail)
        # AWS checks permission first: a complaint about the made-up resource means that the call was let through.
        refused_late = failed.reason is GapReason.NOT_FOUND or failed.detail in {
            "ValidationError",
            "ValidationException",
        }
        return (
            Reading(action, "allowed") if refused_late else Reading(action, "not-known", failed.detail or failed.reason)
        )
    return Reading(action, "allowed")
