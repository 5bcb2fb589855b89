"""Healthy worlds that look broken at first sight. Each function changes a topology, and nothing is wrong after it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta

from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.certificates import make_certificate
from bot.demo.aws.parts.hosts import set_ingress, tcp
from bot.demo.aws.parts.network import acl_rule, make_acl
from bot.demo.aws.parts.rest_api import add_method, make_rest_api

LookAlike = Callable[[Topology], None]


def narrow_acl(topology: Topology) -> None:
    """The targets' network ACL allows the target port in and the ephemeral ports out, and nothing else."""
    port = topology.backend_group["Port"]
    entries = [
        acl_rule(100, "allow", egress=False, ports=(port, port)),
        acl_rule(100, "allow", egress=True, ports=(1024, 65535)),
    ]
    make_acl(topology.region, topology.network.vpc_id, "narrow", list(topology.network.target_subnets), entries)


def late_deny(topology: Topology) -> None:
    """A deny stands behind the allow that decides."""
    port = topology.backend_group["Port"]
    entries = [
        acl_rule(100, "allow", egress=False),
        acl_rule(200, "deny", egress=False, ports=(port, port)),
        acl_rule(100, "allow", egress=True),
    ]
    make_acl(topology.region, topology.network.vpc_id, "late", list(topology.network.target_subnets), entries)


def denies_another_port(topology: Topology) -> None:
    """An early deny is for a port that nobody uses here."""
    entries = [
        acl_rule(10, "deny", egress=False, ports=(22, 22)),
        acl_rule(100, "allow", egress=False),
        acl_rule(100, "allow", egress=True),
    ]
    make_acl(topology.region, topology.network.vpc_id, "no-ssh", list(topology.network.target_subnets), entries)


def rules_in_halves(topology: Topology) -> None:
    """No single rule covers the load balancer's subnets; two halves do."""
    port = topology.backend_group["Port"]
    halves = []
    for subnet in topology.network.balancer_subnets:
        cidr = topology.region.get("subnet", SubnetId=subnet)["CidrBlock"]
        base = cidr.rpartition(".")[0]
        halves += [f"{base}.0/25", f"{base}.128/25"]
    set_ingress(topology.region, topology.target_group_id, [tcp(port, cidrs=(c,)) for c in halves])


def group_by_reference(topology: Topology) -> None:
    """The servers admit the load balancer by its security group."""
    port = topology.backend_group["Port"]
    set_ingress(topology.region, topology.target_group_id, [tcp(port, groups=(topology.balancer_group_id,))])


def wildcard_certificate(topology: Topology) -> None:
    """The certificate's wildcard covers the host."""
    parent = topology.host.partition(".")[2]
    made = make_certificate(topology.region, (f"*.{parent}",), days_left=200, days_old=10)
    topology.listener["Certificates"] = [{"CertificateArn": made["CertificateArn"]}]


def certificate_ends_soon(topology: Topology) -> None:
    """The certificate ends in twenty days."""
    made = make_certificate(topology.region, (topology.host,), days_left=20, days_old=345)
    topology.listener["Certificates"] = [{"CertificateArn": made["CertificateArn"]}]


def enforced_but_open(topology: Topology) -> None:
    """The NLB enforces its rules on PrivateLink traffic, and they admit everybody."""
    topology.balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = "on"
    set_ingress(topology.region, topology.balancer_group_id, [tcp(topology.listener_port, cidrs=("0.0.0.0/0",))])


def other_consumer_rejected(topology: Topology) -> None:
    """Somebody else's connection to the endpoint service was rejected."""
    own = topology.region.get("endpoint-connection", VpcEndpointId=topology.endpoint_id)
    other = copy.deepcopy(own) | {
        "VpcEndpointId": "vpce-0feedfacefeedface",
        "VpcEndpointOwner": "444455556666",
        "VpcEndpointState": "rejected",
    }
    topology.region.add("endpoint-connection", other)


def unused_broken_listener(topology: Topology) -> None:
    """Another listener leads to a group without targets; this API does not use it."""
    group = copy.deepcopy(topology.group)
    group["TargetGroupArn"] += "0"
    group["TargetGroupName"] = "abandoned"
    group["Targets"] = []
    topology.region.add("target-group", group)
    listener = copy.deepcopy(topology.listener)
    listener["ListenerArn"] = listener["ListenerArn"][:-4] + "dead"
    listener["Port"] = 9999
    listener["DefaultActions"] = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]
    topology.region.add("listener", listener)


def one_target_draining(topology: Topology) -> None:
    """A deployment is going on: one more target is draining while the others serve."""
    old = copy.deepcopy(topology.backend_group["Targets"][0])
    old["Target"]["Port"] = topology.backend_group["Port"] + 1
    old["TargetHealth"] = {"State": "draining", "Reason": "Target.DeregistrationInProgress", "Description": "draining"}
    topology.backend_group["Targets"].append(old)


def lambda_route_beside(topology: Topology) -> None:
    """Another method of the API calls a function."""
    function = topology.region.arn("lambda", "function:jobs")
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations"
    integration = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri, "passthroughBehavior": "WHEN_NO_MATCH"}
    add_method(topology.region, topology.api, "/jobs", "POST", integration)


def api_of_the_same_name(topology: Topology) -> None:
    """Another API has the same name, but no such stage."""
    make_rest_api(topology.region, topology.name, label="another")


def only_client_errors(topology: Topology) -> None:
    """The log holds requests that ended in 403 and 404."""
    for number, status in enumerate((403, 404)):
        request_id = f"0000000{number}-1111-4222-8333-444444444444"
        at = topology.region.now - timedelta(minutes=5)
        for text in (f"Starting execution for request: {request_id}", f"Method completed with status: {status}"):
            topology.region.write_log(topology.log_group, "stream", at, f"({request_id}) {text}")


def failed_long_ago(topology: Topology) -> None:
    """Requests failed ten hours ago; since then nothing did."""
    request_id = "00000009-1111-4222-8333-444444444444"
    at = topology.region.now - timedelta(hours=10)
    for text in (
        "Execution failed due to configuration error: There was an internal error while executing your request",
        "Method completed with status: 500",
    ):
        topology.region.write_log(topology.log_group, "stream", at, f"({request_id}) {text}")


LOOK_ALIKES: tuple[tuple[LookAlike, str], ...] = (
    (narrow_acl, "v1-instance"),
    (narrow_acl, "rest-v2-alb"),
    (late_deny, "v1-ip"),
    (denies_another_port, "v1-instance"),
    (rules_in_halves, "v1-instance"),
    (group_by_reference, "rest-v2-alb"),
    (group_by_reference, "http-v2-alb"),
    (wildcard_certificate, "v1-tls"),
    (certificate_ends_soon, "v1-tls"),
    (enforced_but_open, "v1-instance"),
    (other_consumer_rejected, "v1-instance"),
    (unused_broken_listener, "v1-instance"),
    (one_target_draining, "v1-ip"),
    (lambda_route_beside, "v1-instance"),
    (api_of_the_same_name, "v1-instance"),
    (only_client_errors, "v1-instance"),
    (failed_long_ago, "v1-instance"),
)
