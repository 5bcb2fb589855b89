"""One DynamoDB table of this program: items by `pk` and `sk`, read consistently, written under a condition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.store.aws_calls import AwsCalls
from bot.store.errors import StorageBusy

Item = dict[str, Any]
Key = tuple[str, str]
"""An item's `pk` and `sk`."""

_READ_AT_ONCE = 100
"""Keys of one BatchGetItem (AWS: DynamoDB, API_BatchGetItem)."""
_DELETE_AT_ONCE = 25
"""Requests of one BatchWriteItem (AWS: DynamoDB, API_BatchWriteItem)."""
_TURNS = 6
_FIRST_PAUSE = 0.05


@dataclass(frozen=True)
class Condition:
    """What must hold for a write, or of the keys of a query: DynamoDB's expression, and the values of its `:names`."""

    expression: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Table:
    """Reads see every write that returned before. `sleep` waits while DynamoDB leaves a part of a batch undone."""

    def __init__(
        self, calls: AwsCalls, name: str, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.name = name
        self._calls = calls
        self._sleep = sleep

    async def get(self, pk: str, sk: str) -> Item | None:
        """The item with this key."""
        reply = await self._call("get_item", Key={"pk": pk, "sk": sk}, ConsistentRead=True)
        item: Item | None = reply.get("Item")
        return item

    async def put(self, item: Item, condition: Condition | None = None) -> None:
        """Store the whole item. ConditionFailed."""
        await self._call("put_item", Item=_present(item), **_conditional(condition))

    async def update(self, key: Key, changes: Mapping[str, Any], condition: Condition | None = None) -> Item:
        """
        Set attributes, remove those that become None, and return the item as it was before (empty: absent).

        ConditionFailed.
        """
        names = {f"#n{n}": name for n, name in enumerate(changes)}
        values = {f":v{n}": value for n, value in enumerate(changes.values()) if value is not None}
        sets = [f"#n{n} = :v{n}" for n, value in enumerate(changes.values()) if value is not None]
        removes = [f"#n{n}" for n, value in enumerate(changes.values()) if value is None]
        parts = [("SET", sets), ("REMOVE", removes)]
        conditional = _conditional(condition)
        values |= conditional.pop("ExpressionAttributeValues", {})
        reply = await self._call(
            "update_item",
            Key={"pk": key[0], "sk": key[1]},
            UpdateExpression=" ".join(f"{verb} {', '.join(what)}" for verb, what in parts if what),
            ReturnValues="ALL_OLD",
            ExpressionAttributeNames=names,
            **({"ExpressionAttributeValues": values} if values else {}),
            **conditional,
        )
        before: Item = reply.get("Attributes", {})
        return before

    async def delete(self, pk: str, sk: str, condition: Condition | None = None) -> bool:
        """Delete the item, and say whether it was there. ConditionFailed."""
        key = {"pk": pk, "sk": sk}
        reply = await self._call("delete_item", Key=key, ReturnValues="ALL_OLD", **_conditional(condition))
        return "Attributes" in reply

    async def query(
        self,
        keys: Condition,
        *,
        index: str = "",
        newest_first: bool = False,
        page: int | None = None,
        attributes: str = "",
    ) -> AsyncIterator[Item]:
        """The items whose keys meet a condition, by sort key; an index may be some seconds behind the table.

        `page` is how many are read at once, `attributes` names those that are wanted of the table's items.
        """
        where = {
            "ScanIndexForward": not newest_first,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"Limit": page} if page else {}),
            **({"ProjectionExpression": attributes} if attributes else {}),
        }
        async for reply in self._pages(keys, where):
            for item in reply["Items"]:
                yield item

    async def count(self, keys: Condition, *, index: str) -> int:
        """How many items of an index meet a condition on its keys."""
        counted = 0
        async for reply in self._pages(keys, {"IndexName": index, "Select": "COUNT"}):
            counted += int(reply["Count"])
        return counted

    async def get_all(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items with these keys, as far as they are there."""
        found: dict[Key, Item] = {}
        for some in _chunks([{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys(keys)], _READ_AT_ONCE):
            wanted: dict[str, Any] = {self.name: {"Keys": some, "ConsistentRead": True}}
            for turn in range(_TURNS):
                reply = await self._calls.dynamodb("batch_get_item", self.name, RequestItems=wanted)
                found |= {(item["pk"], item["sk"]): item for item in reply["Responses"].get(self.name, [])}
                wanted = reply.get("UnprocessedKeys") or {}
                if not wanted:
                    break
                await self._pause(turn)
        return found

    async def delete_all(self, keys: Iterable[Key]) -> None:
        """Delete the items with these keys, where they are there."""
        requests = [{"DeleteRequest": {"Key": {"pk": pk, "sk": sk}}} for pk, sk in dict.fromkeys(keys)]
        for some in _chunks(requests, _DELETE_AT_ONCE):
            wanted: dict[str, Any] = {self.name: some}
            for turn in range(_TURNS):
                reply = await self._calls.dynamodb("batch_write_item", self.name, RequestItems=wanted)
                wanted = reply.get("UnprocessedItems") or {}
                if not wanted:
                    break
                await self._pause(turn)

    async def _pages(self, keys: Condition, where: Mapping[str, Any]) -> AsyncIterator[Item]:
        key = {"KeyConditionExpression": keys.expression, "ExpressionAttributeValues": keys.values}
        last: Item | None = {}
        while last is not None:
            reply = await self._call("query", **key, **where, **({"ExclusiveStartKey": last} if last else {}))
            yield reply
            last = reply.get("LastEvaluatedKey")

    async def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return await self._calls.dynamodb(operation, self.name, TableName=self.name, **parameters)

    async def _pause(self, turn: int) -> None:
        """Wait before the rest of a batch is asked for again. StorageBusy once it was asked for often enough."""
        if turn == _TURNS - 1:
            raise StorageBusy(f"{self.name}: DynamoDB left a part of a batch undone, {_TURNS} times")
        await self._sleep(_FIRST_PAUSE * 2**turn)


def _conditional(condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    return {
        "ConditionExpression": condition.expression,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **({"ExpressionAttributeValues": dict(condition.values)} if condition.values else {}),
    }


def _present(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}


def _chunks(values: list[Any], size: int) -> Iterable[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
