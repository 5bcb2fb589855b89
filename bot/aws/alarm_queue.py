"""The SQS queue of alarms. Receiving and deleting change a queue that is ours alone: it has a client of its own, apart
from the diagnosis, which only reads (`connection.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import boto3
from botocore.config import Config

from bot.intake.queue import Delivery

_WAIT_SECONDS: Final = 20
"""AWS: "Amazon SQS short and long polling": the longest wait, and so the fewest calls."""
_BATCH: Final = 10
"""AWS: API_ReceiveMessage, MaxNumberOfMessages; API_DeleteMessageBatch."""
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=3,
    read_timeout=_WAIT_SECONDS + 10,
    user_agent_extra="vpclink",
)
_REGION: Final = re.compile(r"^https?://(?:sqs\.)?(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\.")


class NotDeletedError(RuntimeError):
    """SQS did not delete a message: it will be delivered again, and is known then."""


class AlarmQueue:
    """One queue, by its URL; the region is the URL's, or else the session's."""

    def __init__(self, session: boto3.Session, url: str, region: str | None) -> None:
        match = _REGION.match(url)
        self._url = url
        self._client: Any = session.client("sqs", region_name=match["region"] if match else region, config=_CONFIG)

    def receive(self) -> list[Delivery]:
        """Up to ten messages, waiting up to twenty seconds for the first one."""
        reply = self._client.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=_WAIT_SECONDS
        )
        return [
            Delivery(str(message["MessageId"]), str(message["Body"]), str(message["ReceiptHandle"]))
            for message in reply.get("Messages") or []
        ]

    def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Delete messages; NotDeletedError where SQS refuses some."""
        entries = [{"Id": str(number), "ReceiptHandle": delivery.receipt} for number, delivery in enumerate(deliveries)]
        reply = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
        if failed := reply.get("Failed"):
            raise NotDeletedError(f"{len(failed)} messages, the first because of {failed[0].get('Code')}")


def alarm_queues(urls: Sequence[str], region: str | None) -> tuple[AlarmQueue, ...]:
    """The queues of these URLs, with the credentials of this process."""
    session = boto3.Session()
    return tuple(AlarmQueue(session, url, region) for url in urls)
