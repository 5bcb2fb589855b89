"""The messages in an SQS standard queue: each names a job. They may come late, twice or in any order."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass

from bot.jobs.message import LONGEST_DELAY
from bot.store.aws_calls import AwsCalls
from bot.store.errors import StorageError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """One delivery: its text, and the handle of this very delivery."""

    text: str
    receipt: str

    @property
    def job_id(self) -> str | None:
        """The job that the message names; None where no vpclink wrote it."""
        try:
            content = json.loads(self.text)
        except ValueError:
            return None
        named = content.get("vpclink_job") if isinstance(content, dict) else None
        return named if isinstance(named, str) else None


class Messages:
    """`wait` is how many seconds SQS may wait for a message to come (long polling), at most 3."""

    def __init__(self, calls: AwsCalls, url: str, *, wait: int) -> None:
        self._calls = calls
        self._url = url
        self._wait = wait

    async def check(self) -> None:
        """StorageError where the queue cannot be used."""
        if self._url.endswith(".fifo"):
            raise StorageError(f"{self._url}: expected a standard queue, this is a FIFO queue")
        await self._calls.sqs("get_queue_attributes", self._url, AttributeNames=["QueueArn"])

    async def send(self, job_id: str, delay: float) -> None:
        """Name a job to the workers, `delay` seconds from now; sooner where that is longer than SQS can delay."""
        seconds = min(math.ceil(delay), LONGEST_DELAY)
        body = json.dumps({"vpclink_job": job_id})
        await self._calls.sqs("send_message", self._url, MessageBody=body, DelaySeconds=seconds)

    async def receive(self, seconds: float) -> Message | None:
        """One message, which nobody else gets for so many seconds."""
        reply = await self._calls.sqs(
            "receive_message",
            self._url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=self._wait,
            VisibilityTimeout=math.ceil(seconds),
        )
        for message in reply.get("Messages", []):
            return Message(message["Body"], message["ReceiptHandle"])
        return None

    async def keep(self, message: Message, seconds: float) -> None:
        """Let nobody else get the message for so many seconds from now."""
        await self._about("change_message_visibility", message, VisibilityTimeout=math.ceil(seconds))

    async def delete(self, message: Message) -> None:
        """Take the message out of the queue."""
        await self._about("delete_message", message)

    async def _about(self, operation: str, message: Message, **parameters: int) -> None:
        """What fails here costs one more delivery, which then finds in the job's record what is to be done."""
        try:
            await self._calls.sqs(operation, self._url, ReceiptHandle=message.receipt, **parameters)
        except StorageError as error:
            log.info("a message of the queue stays as it is: %s", error)
