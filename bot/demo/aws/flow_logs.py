"""VPC flow logs: evidence that a packet was refused (AWS: flow-log-records, the default format)."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.rest_api import make_log_group


def enable_flow_log(topology: Topology) -> str:
    """Let the topology's VPC write flow logs to CloudWatch Logs; enable it before a fault. The log group's name."""
    region, vpc_id = topology.region, topology.network.vpc_id
    name = f"/vpc/{topology.name}/flow"
    group = make_log_group(region, name)
    region.add(
        "flow-log",
        {
            "FlowLogId": f"fl-{region.identifier(vpc_id, 'flow')}",
            "FlowLogStatus": "ACTIVE",
            "ResourceId": vpc_id,
            "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs",
            "LogDestination": group["logGroupArn"],
            "LogGroupName": name,
            "DeliverLogsStatus": "SUCCESS",
            "MaxAggregationInterval": 60,
            "CreationTime": region.now - timedelta(days=60),
            "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport}"
            " ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
            "Tags": [],
        },
    )
    return name


def refuse(topology: Topology, minutes: int = 12) -> None:
    """Write a REJECT for each server and minute, if the VPC has a flow log."""
    region = topology.region
    flow_log = region.find("flow-log", ResourceId=topology.network.vpc_id)
    if flow_log is None:
        return
    source = region.select("network-interface", SubnetId=topology.network.balancer_subnets[0])[0]["PrivateIpAddress"]
    port = topology.backend_group["Port"]
    servers = [
        each
        for each in region.all("network-interface")
        if each["SubnetId"] in topology.network.target_subnets and not each["RequesterManaged"]
    ]
    for minute in range(minutes, 0, -1):
        at = region.now - timedelta(minutes=minute)
        start = round(at.timestamp())
        for each in servers:
            interface, address = each["NetworkInterfaceId"], each["PrivateIpAddress"]
            flow = f"{source} {address} {40000 + minute} {port} 6 3 180 {start} {start + 59} REJECT OK"
            region.write_log(flow_log["LogGroupName"], f"{interface}-all", at, f"2 {region.account} {interface} {flow}")
