"""The packaged bot, end to end on loopback: Slack → API Gateway → front → SQS → worker → AWS and Slack.

The zip, the CloudFormation stack, the roles, the queue and the functions are real; AWS itself, Slack and what is
diagnosed are local.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.signature import SignatureVerifier

from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.server import LocalAws
from bot.demo.slack import VPCLINK_APP, LocalSlack, demo_workspace
from bot.manifest import manifest
from tests.deploy.emulator import Emulator, endpoints, ministack
from tests.deploy.stack import SECRETS, Service, service_in

pytestmark = [
    pytest.mark.xdist_group("deploy"),  # one deployment for all of them
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(170),
]

CHANNEL = "C01INCIDENTS"


@dataclass(frozen=True)
class Deployed:
    """The bot on the emulator, between a local Slack and a local AWS."""

    emulator: Emulator
    slack: LocalSlack
    outputs: dict[str, str]
    signing_secret: str

    @property
    def request_url(self) -> str:
        api = self.outputs["HttpApiId"]
        return f"{self.emulator.url}/_aws/execute-api/{api}/$default/slack/events"

    async def command(self, text: str) -> None:
        """Type it in Slack, which signs it and posts it to the bot."""
        body = {"channel": CHANNEL, "user": "U01ALICE", "command": "/vpclink", "text": text}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.slack.url}_control/command", json=body) as reply,
        ):
            assert reply.status == 200, await reply.text()

    async def post(self, body: str, *, at: float, secret: str | None = None) -> int:
        """Post a request of Slack's kind; the status of the answer."""
        signature = SignatureVerifier(secret or self.signing_secret).generate_signature(
            timestamp=str(int(at)), body=body
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": str(int(at)),
            "X-Slack-Signature": signature or "",
        }
        async with aiohttp.ClientSession() as session, session.post(self.request_url, data=body, headers=headers) as r:
            return r.status

    def reports(self, cause: str) -> list[str]:
        """The finished reports in the channel that name this cause, as JSON text; not what stands in their threads."""
        posted = [
            message for message in self.slack.messages(CHANNEL) if message.get("thread_ts") in {None, message["ts"]}
        ]
        texts = [json.dumps(message["blocks"], ensure_ascii=False) for message in posted]
        return [text for text in texts if cause in text and "Confirmed" in text]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployed(deployable, tmp_path_factory) -> AsyncIterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    workspace = demo_workspace(manifest=manifest(None), mode="http")
    app = next(app for app in workspace.apps if app.app_id == VPCLINK_APP)
    secrets = {"slack-bot-token": app.bot_token, "slack-signing-secret": app.signing_secret}
    service = await asyncio.to_thread(service_in, folder)
    with LocalAws(demo_world(datetime.now(UTC))) as aws:
        async with LocalSlack(workspace) as slack:
            variables = {**endpoints(aws.endpoint_url), "SLACK_API_URL": slack.api_url}
            with ministack(folder, variables) as emulator:
                outputs = await asyncio.to_thread(deploy, service, emulator, secrets)
                bot = Deployed(emulator, slack, outputs, app.signing_secret)
                # The first request waits for a cold start, which a busy machine draws out beyond Slack's three seconds.
                await bot.post("", at=0)
                await slack.set_request_url(VPCLINK_APP, bot.request_url)
                yield bot
                await asyncio.to_thread(service.osls, "remove", emulator=emulator)


def deploy(service: Service, emulator: Emulator, secrets: dict[str, str]) -> dict[str, str]:
    for name, value in secrets.items():
        emulator.client("ssm").put_parameter(Name=f"{SECRETS}/{name}", Value=value, Type="SecureString")
    service.osls("deploy", emulator=emulator, alarmChannel=CHANNEL, alarmRule="ENABLED", alarmRuleSource="vpclink.test")
    return service.outputs(emulator)


async def test_a_slash_command_is_answered_with_the_cause(deployed):
    await deployed.command("diagnose orders prod")
    await deployed.slack.until(lambda: deployed.reports("SG-03"), timeout=60)
    assert len(deployed.reports("SG-03")) == 1


async def test_a_message_that_nobody_understands_comes_to_the_dead_letter_queue(deployed):
    sqs = deployed.emulator.client("sqs")
    queue, dead = deployed.outputs["JobsQueueUrl"], deployed.outputs["DeadQueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])[
        "Attributes"
    ]
    soon = {**json.loads(before["RedrivePolicy"]), "maxReceiveCount": 2}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(soon)})
    sqs.send_message(QueueUrl=queue, MessageBody="neither a job nor an alarm")
    (message,) = (await asyncio.to_thread(sqs.receive_message, QueueUrl=dead, WaitTimeSeconds=20))["Messages"]
    assert message["Body"] == "neither a job nor an alarm"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=before)


async def test_a_request_that_is_not_signed_by_slack_or_too_old_is_refused(deployed):
    body = urlencode({"command": "/vpclink", "text": "diagnose payments prod", "trigger_id": "1.forged"})
    assert await deployed.post(body, at=time.time(), secret="somebody-else") == 401
    assert await deployed.post(body, at=time.time() - 1000) == 401


async def test_a_request_that_comes_twice_is_done_once(deployed):
    command = {
        "command": "/vpclink",
        "text": "diagnose payments prod",
        "trigger_id": "1.twice",
        "channel_id": CHANNEL,
        "user_id": "U01ALICE",
        "response_url": f"{deployed.slack.url}commands/none",
    }
    now = time.time()
    assert [await deployed.post(urlencode(command), at=now) for _ in range(2)] == [200, 200]
    await deployed.slack.until(lambda: deployed.reports("SG-01"), timeout=60)
    await asyncio.to_thread(until_empty, deployed)
    assert len(deployed.reports("SG-01")) == 1


def until_empty(deployed: Deployed) -> None:
    """Wait until every message was worked on."""
    sqs = deployed.emulator.client("sqs")
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        reply = sqs.get_queue_attributes(QueueUrl=deployed.outputs["JobsQueueUrl"], AttributeNames=counts)
        if not any(int(count) for count in reply["Attributes"].values()):
            return
    raise AssertionError("messages are left in the queue")
