"""Faults of logging: they hide why requests fail. Each is to be had together with another fault, in either order."""

from __future__ import annotations

from bot.demo.aws import traffic
from bot.demo.aws.faults.registry import fault, is_rest
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.rest_api import make_log_group


@fault("LOG-01", is_rest)
def logging_off(topology: Topology) -> None:
    """Execution logging is off: nothing says why requests fail."""
    topology.stage_resource["methodSettings"]["*/*"]["loggingLevel"] = "OFF"
    traffic.silence(topology)


@fault("LOG-01", is_rest)
def logging_errors_only(topology: Topology) -> None:
    """Execution logging is at level ERROR: only the failure lines are written."""
    topology.stage_resource["methodSettings"]["*/*"]["loggingLevel"] = "ERROR"
    traffic.behave(topology, *topology.api["outcomes"])


@fault("LOG-03", is_rest)
def logging_role_missing(topology: Topology) -> None:
    """The account has no role for logging: API Gateway cannot write to CloudWatch Logs."""
    topology.region.get("account").pop("cloudwatchRoleArn", None)
    traffic.silence(topology)


@fault("LOG-04", is_rest)
def log_group_deleted(topology: Topology) -> None:
    """Somebody deleted the execution-log group; API Gateway writes nothing until the next deployment."""
    topology.region.remove("log-group", logGroupName=topology.log_group)


@fault("LOG-04", is_rest)
def log_group_infrequent_access(topology: Topology) -> None:
    """The execution-log group has the Infrequent Access class: only Logs Insights can read it."""
    topology.region.get("log-group", logGroupName=topology.log_group)["logGroupClass"] = "INFREQUENT_ACCESS"


@fault("LOG-03", is_rest)
def logging_role_not_trusted(topology: Topology) -> None:
    """The account's role for logging trusts another service than API Gateway."""
    role = topology.region.account_wide.get("role", Arn=topology.region.get("account")["cloudwatchRoleArn"])
    role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
    traffic.silence(topology)


def _deliver(topology: Topology, kind: str, destination_arn: str) -> None:
    """A log delivery takes the place of the managed group (AWS: rest-api-create-log-delivery)."""
    region, name = topology.region, f"{topology.name}-execution-logs"
    stage_arn = region.arn("apigateway", f"/restapis/{topology.api_id}/stages/{topology.stage}")
    source = {"name": name, "logType": "EXECUTION_LOGS", "service": "apigateway", "resourceArns": [stage_arn]}
    target = {"destinationResourceArn": destination_arn}
    destination = {"name": name, "deliveryDestinationType": kind, "outputFormat": "json"}
    region.add("delivery-source", {**source, "arn": region.arn("logs", f"delivery-source:{name}")})
    arn = region.arn("logs", f"delivery-destination:{name}")
    region.add("delivery-destination", {**destination, "arn": arn, "deliveryDestinationConfiguration": target})
    region.add(
        "delivery",
        {
            "id": region.identifier(name, length=16),
            "arn": region.arn("logs", f"delivery:{region.identifier(name, length=16)}"),
            "deliverySourceName": name,
            "deliveryDestinationArn": arn,
            "deliveryDestinationType": kind,
        },
    )


@fault("LOG-04", is_rest)
def log_delivered_to_bucket(topology: Topology) -> None:
    """Execution logs are delivered to S3: the managed group gets nothing new."""
    _deliver(topology, "S3", f"arn:aws:s3:::{topology.name}-logs")
    topology.stage_resource["DeliveredTo"] = ""
    traffic.silence(topology)


@fault("LOG-04", is_rest)
def log_delivered_to_other_group(topology: Topology) -> None:
    """Execution logs are delivered, as JSON, to a log group of another name."""
    name = f"/delivered/{topology.name}"
    _deliver(topology, "CWL", make_log_group(topology.region, name)["arn"])
    topology.stage_resource["DeliveredTo"] = name
    traffic.behave(topology, *topology.api["outcomes"])
