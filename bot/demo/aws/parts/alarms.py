"""CloudWatch alarms on an API's 5xx metric."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.aws.handle import Topology
from bot.demo.aws.world import Region, Resource, World


def make_alarm(topology: Topology) -> Resource:
    """An alarm on more than zero 5xx answers a minute; its state follows from how the topology's requests end now."""
    region = topology.region
    failing = any(outcome.status >= 500 for outcome in topology.api["outcomes"])
    name = f"{topology.name}-{topology.stage}-5xx"
    since = region.now - timedelta(minutes=11 if failing else 3000)
    key, value = topology.metric_key
    why = "1 datapoint [3.0] was greater than the threshold (0.0)." if failing else "No datapoint was above it."
    return region.add(
        "alarm",
        {
            "AlarmName": name,
            "AlarmArn": region.arn("cloudwatch", f"alarm:{name}"),
            "AlarmDescription": f"{topology.name} answers 5xx in {topology.stage}",
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [region.arn("sns", "on-call")],
            "InsufficientDataActions": [],
            "StateValue": "ALARM" if failing else "OK",
            "StateReason": f"Threshold Crossed: {why}" if failing else why,
            "StateUpdatedTimestamp": since,
            "StateTransitionedTimestamp": since,
            "AlarmConfigurationUpdatedTimestamp": region.now - timedelta(days=70),
            "Namespace": "AWS/ApiGateway",
            "MetricName": topology.metric_names["5xx"],
            "Statistic": "Sum",
            "Dimensions": [{"Name": key, "Value": value}, {"Name": "Stage", "Value": topology.stage}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        },
    )


def make_composite_alarm(region: Region, name: str, *children: str) -> Resource:
    """An alarm that rings when one of the others does."""
    return region.add(
        "alarm",
        {
            "AlarmName": name,
            "AlarmArn": region.arn("cloudwatch", f"alarm:{name}"),
            "AlarmRule": " OR ".join(f'ALARM("{child}")' for child in children),
            "StateValue": "ALARM",
            "StateReason": f"{region.arn('cloudwatch', f'alarm:{children[0]}')} transitioned to ALARM",
            "StateUpdatedTimestamp": region.now - timedelta(minutes=11),
        },
    )


def set_alarm_state(world: World, name: str, state: str) -> None:
    """What DescribeAlarms says of an alarm from now on, in the home region."""
    with world.lock:
        for row in world.home.all("alarm"):
            if row["AlarmName"] == name:
                row["StateValue"] = state
