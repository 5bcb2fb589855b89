"""Healthy paths hang together: every reference resolves, every hop admits the next, and requests succeed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

from bot.demo.aws import Region, World
from bot.demo.aws.flow_logs import enable_flow_log
from bot.demo.aws.topology import Topology, rest_v1_nlb

REFERENCE = re.compile(
    r"^(?:sg|subnet|vpc|i|eni|acl|rtb|vpce-svc)-[0-9a-f]{17}$|^arn:aws:elasticloadbalancing:\S+$|^arn:aws:acm:\S+$"
)
OWN_IDS = {
    "security-group": "GroupId",
    "subnet": "SubnetId",
    "vpc": "VpcId",
    "instance": "InstanceId",
    "network-interface": "NetworkInterfaceId",
    "network-acl": "NetworkAclId",
    "route-table": "RouteTableId",
    "endpoint-service": "ServiceId",
    "load-balancer": "LoadBalancerArn",
    "listener": "ListenerArn",
    "target-group": "TargetGroupArn",
    "certificate": "CertificateArn",
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def test_every_reference_leads_to_a_resource(topology: Topology) -> None:
    resources = topology.region.resources
    known = {r[field] for kind, field in OWN_IDS.items() for r in resources.get(kind, [])}  # type: ignore[call-overload]
    named = {text for each in resources.values() for text in texts(each) if REFERENCE.match(text)}
    assert named
    assert named - known == set()


def test_the_handle_leads_to_every_hop(topology: Topology) -> None:
    assert topology.stage_resource
    assert topology.link
    assert topology.api["outcomes"]
    expanded = re.sub(
        r"\$\{stageVariables\.(\w+)\}",
        lambda m: topology.stage_resource["variables"][m[1]],
        str(topology.integration.get("connectionId") or topology.integration.get("ConnectionId")),
    )
    assert expanded == topology.link_id
    if topology.load_balancer_arn:
        assert topology.balancer["State"] == {"Code": "active"}
        assert topology.listener["Port"] == topology.listener_port
        assert topology.listener["DefaultActions"][0]["TargetGroupArn"] == topology.target_group_arn
        states = [each["TargetHealth"]["State"] for each in topology.backend_group["Targets"]]
        assert states == ["healthy", "healthy"]
    if topology.service_id:
        service = topology.region.get("endpoint-service", ServiceId=topology.service_id)
        assert service["NetworkLoadBalancerArns"] == topology.link["targetArns"] == [topology.load_balancer_arn]


def interfaces(region: Region, subnets: tuple[str, ...], group_id: str) -> list[dict[str, Any]]:
    found = [each for each in region.all("network-interface") if each["SubnetId"] in subnets]
    return [each for each in found if group_id in {group["GroupId"] for group in each["Groups"]}]


def admits(region: Region, group_id: str, port: int, source: dict[str, Any]) -> bool:
    """Whether a group admits a TCP port from a network interface, by address or by group."""
    for rule in region.get("security-group", GroupId=group_id)["IpPermissions"]:
        if not rule["FromPort"] <= port <= rule["ToPort"]:
            continue
        address = ipaddress.ip_address(source["PrivateIpAddress"])
        if any(address in ipaddress.ip_network(each["CidrIp"]) for each in rule["IpRanges"]):
            return True
        if {pair["GroupId"] for pair in rule["UserIdGroupPairs"]} & {group["GroupId"] for group in source["Groups"]}:
            return True
    return False


def test_every_hop_admits_the_one_before(topology: Topology) -> None:
    region, network = topology.region, topology.network
    last_hop = network.balancer_subnets if topology.load_balancer_arn else network.link_subnets
    senders = [each for each in region.all("network-interface") if each["SubnetId"] in last_hop]
    if topology.inner_group_id:
        senders = interfaces(region, last_hop, topology.inner_group_id)
    assert len(senders) == 2
    port = topology.backend_group["Port"] if topology.load_balancer_arn else topology.target_port
    assert all(admits(region, topology.target_group_id, port, each) for each in senders)
    if topology.inner_group_id and topology.balancer_group_id:
        balancers = interfaces(region, network.balancer_subnets, topology.balancer_group_id)
        assert all(admits(region, topology.inner_group_id, topology.target_port, each) for each in balancers)
    if topology.link_group_id and topology.load_balancer_arn:
        links = interfaces(region, network.link_subnets, topology.link_group_id)
        assert all(admits(region, topology.balancer_group_id, topology.listener_port, each) for each in links)


def test_the_default_acl_lets_everything_pass(topology: Topology) -> None:
    (acl,) = topology.region.all("network-acl")
    assert acl["IsDefault"]
    subnets = {each["SubnetId"] for each in topology.region.all("subnet")}
    assert {each["SubnetId"] for each in acl["Associations"]} == subnets
    rules = sorted((e["Egress"], e["RuleNumber"], e["RuleAction"]) for e in acl["Entries"])
    assert rules == [(False, 100, "allow"), (False, 32767, "deny"), (True, 100, "allow"), (True, 32767, "deny")]


def test_addresses_are_unique_and_in_their_subnets(topology: Topology) -> None:
    found = topology.region.all("network-interface")
    assert len({each["PrivateIpAddress"] for each in found}) == len(found)
    for each in found:
        subnet = topology.region.get("subnet", SubnetId=each["SubnetId"])
        assert ipaddress.ip_address(each["PrivateIpAddress"]) in ipaddress.ip_network(subnet["CidrBlock"])
        assert each["AvailabilityZone"] == subnet["AvailabilityZone"]


def test_an_hour_of_successful_requests(topology: Topology) -> None:
    events = topology.region.get("log-group", logGroupName=topology.log_group)["events"]
    assert [e["timestamp"] for e in events] == sorted(e["timestamp"] for e in events)
    assert not any("failed" in event["message"] for event in events)
    done = [
        e for e in events if "Method completed with status: 200" in e["message"] or '"status": "200"' in e["message"]
    ]
    assert len(done) == 30
    samples = {name: points for (_, name, dims), points in topology.region.metrics.items() if len(dims) == 2}
    assert sum(value for _, value in samples[topology.metric_names["count"]]) == 30
    assert sum(value for _, value in samples[topology.metric_names["5xx"]]) == 0


def test_ids_are_the_same_every_time_and_differ_between_topologies() -> None:
    first, again = World(), World()
    assert rest_v1_nlb(first) == rest_v1_nlb(again)
    other = rest_v1_nlb(first, "search")
    assert other.api_id != first.topologies["orders"].api_id


def test_two_apis_of_one_name() -> None:
    world = World()
    one, two = rest_v1_nlb(world, "twins"), rest_v1_nlb(world, "twins", label="twins-two")
    assert one.api["name"] == two.api["name"] == "twins"
    assert one.api_id != two.api_id
    assert set(world.topologies) == {"twins", "twins-two"}


def test_another_region_and_account() -> None:
    world = World()
    topology = rest_v1_nlb(world, region=world.region("us-east-1", account="444455556666"))
    assert topology.load_balancer_arn.startswith("arn:aws:elasticloadbalancing:us-east-1:444455556666:")
    assert world.home.all("rest-api") == []
    (subnet, *_) = topology.region.all("subnet")
    assert (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) == ("us-east-1a", "use1-az1")
    role = world.global_region("444455556666").all("role")[0]
    assert role["Arn"].startswith("arn:aws:iam::444455556666:role/")


def test_a_flow_log_belongs_to_the_vpc() -> None:
    topology = rest_v1_nlb(World())
    group = enable_flow_log(topology)
    assert topology.region.get("flow-log", LogGroupName=group)["ResourceId"] == topology.network.vpc_id
