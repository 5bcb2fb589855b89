"""The DynamoDB table: its keys, its indexes, and the version of what is kept in it."""

from __future__ import annotations

from typing import Any

from bot.store.dynamodb_table import Table
from bot.store.errors import StorageError

SCHEMA = 1
"""The version of the items' layout. A change that older items do not have by themselves makes it 2."""

TTL_ATTRIBUTE = "ttl"
"""Seconds since 1970 after which DynamoDB deletes an item, within days (AWS: DynamoDB, "Using time to live")."""

INDEXES = {name: (f"{name}_pk", f"{name}_sk") for name in ("by_time", "by_api", "by_message")}
"""Each index's partition and sort key. All hold keys alone: what is found is then read from the table itself."""


def table_properties() -> dict[str, Any]:
    """The table as CreateTable and AWS::DynamoDB::Table take it, without its name and time to live."""
    names = ["pk", "sk", *(name for keys in INDEXES.values() for name in keys)]
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {"IndexName": index, "KeySchema": _keys(*keys), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            for index, keys in INDEXES.items()
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


async def check_schema(table: Table) -> None:
    """Mark an empty table with this version; StorageError where another version has written it, or it is not there."""
    item = await table.get("schema", "schema")
    if item is None:
        await table.put({"pk": "schema", "sk": "schema", "version": SCHEMA})
        return
    version = int(item["version"])
    if version > SCHEMA:
        raise StorageError(
            f"expected a table of schema {SCHEMA}, found {version} in {table.name}: a newer vpclink wrote it; "
            "upgrade this one, or set VPCLINK_TABLE to another table"
        )
    if version < SCHEMA:
        raise StorageError(
            f"expected a table of schema {SCHEMA}, found {version} in {table.name}: an older vpclink wrote it; "
            "set VPCLINK_TABLE to a new table"
        )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
