"""The calls of this process to Amazon SQS and DynamoDB: clients made once, calls in threads, errors in our words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.aws.errors import failure
from bot.diagnosis.model import GapReason
from bot.store.errors import StorageBusy, StorageError

_READ_SECONDS = {"dynamodb": 1.5, "sqs": 5.0}
"""Until a call is given up and made again. Short, because somebody waits for an answer within Slack's three seconds;
longer for SQS, whose long polls answer after up to three seconds."""

_CONDITION = "ConditionalCheckFailedException"
_BUSY = {"ProvisionedThroughputExceededException", "TransactionConflictException", "InternalServerError"}
_ABSENT = {
    "ResourceNotFoundException": "expected a DynamoDB table {name} with its indexes in {region}; AWS knows none",
    "QueueDoesNotExist": "expected an SQS queue {name}; AWS knows none",
    "AWS.SimpleQueueService.NonExistentQueue": "expected an SQS queue {name}; AWS knows none",
}


class ConditionFailed(Exception):  # noqa: N818 - read as a condition: `except ConditionFailed`
    """A conditional write changed nothing; `item` is what stood in the way, empty where nothing is there."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        super().__init__("the condition of a write was not met")
        self.item = item


class AwsCalls:
    """
    Makes the clients at their first use: boto3 makes one slowly, and not thread-safely.

    DynamoDB's speaks in Python values instead of typed ones. `session` is a `boto3.Session`; None for a fresh one.
    """

    def __init__(self, session: boto3.Session | None = None) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    async def dynamodb(self, operation: str, table: str, **parameters: Any) -> dict[str, Any]:
        """Call DynamoDB about a table. ConditionFailed; StorageError and its kinds."""
        return await asyncio.to_thread(self._call, "dynamodb", operation, table, parameters)

    async def sqs(self, operation: str, queue_url: str, **parameters: Any) -> dict[str, Any]:
        """Call SQS about a queue. StorageError and its kinds."""
        return await asyncio.to_thread(self._call, "sqs", operation, queue_url, {"QueueUrl": queue_url, **parameters})

    def _call(self, service: str, operation: str, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = getattr(self._client(service), operation)(**parameters)
        except (ClientError, BotoCoreError) as error:
            raise self._explain(service, operation, name, error) from error
        return reply

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                session = self._session = self._session or boto3.Session()
                config = Config(
                    retries={"mode": "standard", "total_max_attempts": 3},
                    connect_timeout=1,
                    read_timeout=_READ_SECONDS[service],
                    max_pool_connections=32,
                    user_agent_extra="vpclink",
                )
                if service == "dynamodb":
                    # The resource's client converts between DynamoDB's typed values and Python's.
                    self._clients[service] = session.resource("dynamodb", config=config).meta.client
                else:
                    self._clients[service] = session.client("sqs", config=config)
            return self._clients[service]

    def _explain(self, service: str, operation: str, name: str, error: ClientError | BotoCoreError) -> Exception:
        code = error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""
        if isinstance(error, ClientError) and code == _CONDITION:
            return ConditionFailed(_untyped(error.response))
        if code in _ABSENT:
            return StorageError(_ABSENT[code].format(name=name, region=self._region()))
        action = f"{service}:{operation.title().replace('_', '')}"
        found = failure(action, error)
        if found.reason in (GapReason.THROTTLED, GapReason.TIMEOUT) or code in _BUSY:
            return StorageBusy(f"{name}: {action} was tried several times without success ({found.detail or code})")
        if found.reason is GapReason.ACCESS_DENIED:
            return StorageError(f"{name}: expected the permission {action}; {found.detail or 'the role has it not'}")
        return StorageError(f"{name}: {action}: {_told(error, found.detail)}")

    def _region(self) -> str:
        return str(self._session.region_name) if self._session else "this region"


def _untyped(response: Mapping[str, Any]) -> dict[str, Any]:
    """The item in an error, which the client does not convert."""
    convert = TypeDeserializer().deserialize
    return {name: convert(value) for name, value in response.get("Item", {}).items()}


def _told(error: ClientError | BotoCoreError, detail: str) -> str:
    """AWS's own sentence for a rejected request, which names the attribute or limit and no content; else our words."""
    if isinstance(error, ClientError) and error.response["Error"].get("Code") == "ValidationException":
        return str(error.response["Error"].get("Message", ""))[:300]
    return detail or str(error)[:300]
