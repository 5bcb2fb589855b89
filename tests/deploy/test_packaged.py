"""The packaged bot, end to end on loopback: Slack → API Gateway → front → SQS → worker → AWS and Slack.

The zip, the CloudFormation stack, the roles, the queue and the functions are real; AWS itself, Slack and what is
diagnosed are local.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.alarms import samples
from tests.deploy.deployed import Deployed, deployed

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),  # the first one packages and deploys
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(deployable, tmp_path_factory) -> AsyncIterator[Deployed]:
    async with deployed(tmp_path_factory.mktemp("deployed")) as running:
        yield running


async def test_a_slash_command_is_answered_with_the_cause(bot):
    await bot.command("diagnose orders prod")
    await bot.slack.until(lambda: bot.reports("SG-03"), timeout=120)
    assert len(bot.reports("SG-03")) == 1


async def test_an_alarm_of_sns_is_posted_and_answered_in_its_thread(bot):
    dimensions = [{"name": "ApiName", "value": "users"}, {"name": "Stage", "value": "prod"}]
    message = samples.sns_message(AlarmName="users-5xx", Trigger={**samples.TRIGGER, "Dimensions": dimensions})
    topic = bot.outputs["AlarmTopicArn"]
    await asyncio.to_thread(bot.emulator.client("sns").publish, TopicArn=topic, Message=json.dumps(message))
    await bot.slack.until(lambda: "TLS-01" in bot.thread_of("users-5xx"), timeout=120)


async def test_an_alarm_of_eventbridge_is_posted_and_answered_in_its_thread(bot):
    metric = samples.metric_query("m1", "5XXError", ApiName="shipping", Stage="prod")
    event = samples.event_bridge(alarmName="shipping-5xx", configuration={"metrics": [metric]})
    entry = {"Source": "vpclink.test", "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    await asyncio.to_thread(bot.emulator.client("events").put_events, Entries=[entry])
    await bot.slack.until(lambda: "LB-03" in bot.thread_of("shipping-5xx"), timeout=120)


async def test_a_message_that_nobody_understands_comes_to_the_dead_letter_queue(bot):
    sqs = bot.emulator.client("sqs")
    queue, dead = bot.outputs["JobsQueueUrl"], bot.outputs["DeadQueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])[
        "Attributes"
    ]
    soon = {**json.loads(before["RedrivePolicy"]), "maxReceiveCount": 2}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(soon)})
    sqs.send_message(QueueUrl=queue, MessageBody="neither a job nor an alarm")
    (message,) = (await asyncio.to_thread(sqs.receive_message, QueueUrl=dead, WaitTimeSeconds=20))["Messages"]
    assert message["Body"] == "neither a job nor an alarm"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=before)


async def test_a_request_that_is_not_signed_by_slack_or_too_old_is_refused(bot):
    body = bot.form("diagnose users prod", "1.forged")
    assert await bot.post(body, secret="somebody-else") == 401
    assert await bot.post(body, at=time.time() - 1000) == 401


async def test_a_request_that_comes_twice_is_done_once(bot):
    body = bot.form("diagnose payments prod", "1.twice")
    assert [await bot.post(body) for _ in range(2)] == [200, 200]
    await bot.slack.until(lambda: bot.reports("SG-01"), timeout=120)
    await asyncio.to_thread(until_empty, bot)
    assert len(bot.reports("SG-01")) == 1


def until_empty(bot: Deployed) -> None:
    """Wait until every message was worked on."""
    sqs = bot.emulator.client("sqs")
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        reply = sqs.get_queue_attributes(QueueUrl=bot.outputs["JobsQueueUrl"], AttributeNames=counts)
        if not any(int(count) for count in reply["Attributes"].values()):
            return
    raise AssertionError("messages are left in the queue")


async def test_the_probe_function_carries_out_orders_and_nothing_else(bot):
    functions = bot.emulator.client("lambda")
    reply = await asyncio.to_thread(functions.invoke, FunctionName="vpclink-test-probe", Payload=b'{"targets": "*"}')
    assert "expected addresses of a diagnosed path" in json.loads(reply["Payload"].read())["refused"]


async def test_no_function_was_denied_anything(bot):
    await asyncio.to_thread(until_empty, bot)
    lines = await asyncio.to_thread(logged, bot)
    assert any('"run finished"' in line for line in lines), lines
    denied = ("AccessDenied", "UnauthorizedOperation", "expected the permission", "not authorized")
    assert not [line for line in lines if any(word in line for word in denied)]


def logged(bot: Deployed) -> list[str]:
    """Everything that the functions have logged."""
    logs = bot.emulator.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    pages = [page for group in groups for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)]
    return [event["message"] for page in pages for event in page["events"]]


async def test_the_roles_are_enforced_so_that_every_test_here_tests_them_too(bot):
    iam, functions = bot.emulator.client("iam"), bot.emulator.client("lambda")
    role = functions.get_function(FunctionName="vpclink-test-front")["Configuration"]["Role"].rpartition("/")[2]
    policies = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    (secrets,) = [policy["PolicyArn"] for policy in policies if "Secrets" in policy["PolicyName"]]
    iam.detach_role_policy(RoleName=role, PolicyArn=secrets)
    try:
        # A changed function starts anew, and reads its secrets again.
        functions.update_function_configuration(FunctionName="vpclink-test-front", MemorySize=1025)
        failure = functions.invoke(FunctionName="vpclink-test-front", Payload=b"{}")["Payload"].read().decode()
        assert "SLACK_BOT_TOKEN: ssm:/vpclink/test/slack-bot-token cannot be read" in failure
        assert "ssm:GetParameter" in failure
    finally:
        iam.attach_role_policy(RoleName=role, PolicyArn=secrets)
