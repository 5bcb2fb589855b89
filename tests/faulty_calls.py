"""AWS calls that go wrong as calls over a network do."""

from __future__ import annotations

from typing import Any

from bot.store.aws_calls import AwsCalls
from bot.store.errors import StorageError
from tests.aws_services import AwsServices

WRITES = ("put_item", "update_item", "delete_item")


class FaultyCalls(AwsCalls):
    """Fails the operations in `failing`, and notes what was asked for."""

    def __init__(self, services: AwsServices) -> None:
        super().__init__(services.session)
        self._clients = services.calls()._clients  # made once for all tests: making clients takes longer than a test
        self.failing: set[str] = set()
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def sqs(self, operation: str, queue_url: str, **parameters: Any) -> dict[str, Any]:
        self._note(operation, parameters)
        return await super().sqs(operation, queue_url, **parameters)

    async def dynamodb(self, operation: str, table: str, **parameters: Any) -> dict[str, Any]:
        self._note(operation, parameters)
        return await super().dynamodb(operation, table, **parameters)

    def delays(self) -> list[int]:
        """For how many seconds messages were put off."""
        return [parameters["DelaySeconds"] for operation, parameters in self.asked if operation == "send_message"]

    def _note(self, operation: str, parameters: dict[str, Any]) -> None:
        self.asked.append((operation, parameters))
        if operation in self.failing:
            raise StorageError(f"{operation} does not succeed")


class LostReplies(AwsCalls):
    """Every write to DynamoDB is made twice, as boto3 does when the reply to the first one is lost."""

    def __init__(self, services: AwsServices) -> None:
        super().__init__(services.session)
        self._clients = services.calls()._clients  # see FaultyCalls

    async def dynamodb(self, operation: str, table: str, **parameters: Any) -> dict[str, Any]:
        if operation in WRITES:
            await super().dynamodb(operation, table, **parameters)
        return await super().dynamodb(operation, table, **parameters)
