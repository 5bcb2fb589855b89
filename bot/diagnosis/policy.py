"""The read-only IAM policy, from what the checks need."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.diagnosis.check import Check
from bot.diagnosis.checks import all_checks
from bot.diagnosis.sources import CALLER, CHANGES, HTTP_APIS, REST_APIS, ROUTES, STAGE, Source

ALWAYS: tuple[Source[Any], ...] = (CALLER, REST_APIS, HTTP_APIS, STAGE, ROUTES)
"""What every diagnosis reads to find the path, whichever check asks."""
OPTIONAL: tuple[Source[Any], ...] = (CHANGES,)
"""What no verdict needs: who changed what, read after it."""
ALARM_ACTION = "cloudwatch:DescribeAlarms"
"""What an alarm's message in Slack does not say is read with it; no diagnosis needs it."""
QUEUE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage")
"""What taking alarms from an SQS queue needs beside the policy. They change the queue, and nothing else."""
GATEWAY_PATHS = ("/restapis", "/restapis/*", "/apis", "/apis/*", "/vpclinks/*", "/account", "/clientcertificates/*")
"""`apigateway:GET` would also read API keys: these paths leave them out. IAM's ARNs of API Gateway hold no account."""


def actions(checks: Iterable[Check[Any]] | None = None) -> tuple[str, ...]:
    """Return every IAM action that these checks (all of them by default) need, sorted."""
    needed = (source for check in checks or all_checks() for source in check.needs)
    sources = [*ALWAYS, *OPTIONAL, *needed]
    return tuple(sorted({ALARM_ACTION, *(action for source in sources for action in (source.action, *source.also))}))


def statements(wanted: Iterable[str], partition: str = "aws") -> list[dict[str, Any]]:
    """Return the policy statements that allow these actions and nothing else."""
    wanted = tuple(wanted)
    result: list[dict[str, Any]] = []
    if "apigateway:GET" in wanted:
        resources = [f"arn:{partition}:apigateway:*::{path}" for path in GATEWAY_PATHS]
        result.append({"Sid": "ReadApis", "Effect": "Allow", "Action": "apigateway:GET", "Resource": resources})
    others = [action for action in wanted if action != "apigateway:GET"]
    if others:
        result.append({"Sid": "ReadPath", "Effect": "Allow", "Action": others, "Resource": "*"})
    return result


def policy(partition: str = "aws") -> dict[str, Any]:
    """Return the whole policy document for one partition of AWS."""
    return {"Version": "2012-10-17", "Statement": statements(actions(), partition)}


def session_policy(partition: str) -> dict[str, Any]:
    """Return the policy that an assumed role's session is limited to, whatever else the role may do.

    Without the Sids, which only people read: AWS takes 2,048 characters (AWS: API_AssumeRole).
    """
    document = policy(partition)
    bare = [{key: value for key, value in each.items() if key != "Sid"} for each in document["Statement"]]
    return {**document, "Statement": bare}


def policy_json() -> str:
    """Return the whole policy document as text."""
    return json.dumps(policy(), indent=2) + "\n"


def queue_policy_json(queue: str = "arn:aws:sqs:REGION:ACCOUNT:QUEUE") -> str:
    """Return the policy document for taking alarms from a queue, by its ARN."""
    statement = {"Sid": "TakeAlarms", "Effect": "Allow", "Action": list(QUEUE_ACTIONS), "Resource": queue}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"
