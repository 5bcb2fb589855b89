"""What is DynamoDB's alone: long texts in parts, time to live, indexes, lost replies, and trouble with the table."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from store_backends import RETENTION, DynamoBackend

from bot.store.aws_calls import AwsCalls
from bot.store.dynamodb import DynamoStore
from bot.store.dynamodb_documents import PART
from bot.store.dynamodb_schema import SCHEMA, check_schema
from bot.store.dynamodb_table import Table
from bot.store.errors import StorageBusy, StorageError
from bot.store.interface import Run, RunAlreadyDone, RunState
from tests.faulty_calls import LostReplies

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run_of(run_id: str, **more: Any) -> Run:
    return Run(**{"run_id": run_id, "job_key": "Ev", "request": {}, "created": NOON, **more})


def noise(length: int) -> str:
    """A text that compresses to half its length."""
    return random.Random(7).randbytes(length // 2).hex()  # noqa: S311 - a seed, no secret


def items(dynamodb: DynamoBackend) -> dict[str, dict[str, Any]]:
    """Everything in the table, by sort key."""
    pages = dynamodb.services.dynamodb.get_paginator("scan").paginate(TableName=dynamodb.name)
    return {item["sk"]["S"]: item for page in pages for item in page["Items"]}


class TestLongTexts:
    async def test_evidence_and_reports_of_any_length_come_back(self, dynamodb: DynamoBackend) -> None:
        store, text = await dynamodb.store(), noise(5 * PART)
        run = run_of("r", state=RunState.DONE, report=f'"{text}"')
        await store.runs.save(run, evidence=text)
        assert await store.runs.get("r") == run
        assert await store.runs.evidence("r") == text
        assert (await store.runs.history()).runs == (run,)
        assert len(items(dynamodb)) == 1 + 3 + 3

    async def test_what_is_replaced_leaves_no_parts_behind(self, dynamodb: DynamoBackend) -> None:
        store = await dynamodb.store()
        await store.runs.save(run_of("r", report=noise(3 * PART)), evidence=noise(3 * PART))
        await store.runs.save(run_of("r", state=RunState.DONE, report="{}"), evidence="[]")
        assert len(items(dynamodb)) == 2
        assert await store.runs.evidence("r") == "[]"

    async def test_what_is_refused_leaves_no_parts_behind(self, dynamodb: DynamoBackend) -> None:
        store = await dynamodb.store()
        await store.runs.save(run_of("r", state=RunState.DONE))
        with pytest.raises(RunAlreadyDone):
            await store.runs.save(run_of("r"), evidence="[]")
        assert list(items(dynamodb)) == ["run"]

    async def test_a_run_never_points_to_parts_that_are_not_there(self, dynamodb: DynamoBackend) -> None:
        """The process ends after the parts were written, and before the run."""
        store = await dynamodb.store()
        await store.runs.save(run_of("r"), evidence="[1]")
        store.runs._table.update = _fails  # type: ignore[method-assign]  # the one step that does not happen
        with pytest.raises(StorageError):
            await store.runs.save(run_of("r"), evidence="[2]")
        assert await (await dynamodb.store()).runs.evidence("r") == "[1]"

    async def test_a_value_that_no_item_can_hold_is_refused(self, dynamodb: DynamoBackend) -> None:
        values = (await dynamodb.store()).values
        with pytest.raises(ValueError, match="s k: expected at most 390000 bytes of JSON, got 390002"):
            await values.put("s", "k", "x" * 390_000)
        with pytest.raises(ValueError, match="key of a value: expected text of 1 to 1024 bytes"):
            await values.put("s", "é" * 513, 1)


class TestRetention:
    async def test_everything_of_a_run_has_a_time_to_live(self, dynamodb: DynamoBackend) -> None:
        store = await dynamodb.store()
        await store.runs.save(run_of("r"), evidence="[]")
        await store.posts.intend("r", "report", "C1")
        ends = int((NOON + timedelta(seconds=RETENTION)).timestamp())
        assert [int(item["ttl"]["N"]) for item in items(dynamodb).values()] == [ends] * 3

    async def test_what_has_ended_is_not_seen_though_dynamodb_has_not_deleted_it(self, dynamodb: DynamoBackend) -> None:
        store = await dynamodb.store()
        run = run_of("r", api_id="a", channel="C", message_ts="1.1", account="1", region="r", stage="s")
        await store.runs.save(run, evidence="[]")
        await store.posts.intend("r", "report", "C1")
        dynamodb.clock.advance(RETENTION)
        assert await store.runs.get("r") is None
        assert await store.runs.evidence("r") is None
        assert await store.runs.of_message("C", "1.1") is None
        assert await store.runs.last(account="1", region="r", api_id="a", stage="s", state=None) is None
        assert (await store.runs.history()).runs == ()
        assert await store.posts.get("r", "report") is None
        assert (await store.posts.intend("r", "report", "C1")).fresh
        assert len(items(dynamodb)) == 3


class TestIndexes:
    async def test_a_long_history_is_read_in_pages(self, dynamodb: DynamoBackend) -> None:
        store = await dynamodb.store()
        for n in range(30):
            created = NOON + timedelta(minutes=n)
            await store.runs.save(run_of(f"{n:02d}", created=created, api_id="a", stage="odd" if n % 2 else "even"))
        page = await store.runs.history(api_id="a", limit=26)
        assert [run.run_id for run in page.runs] == [f"{n:02d}" for n in range(29, 3, -1)]
        rest = await store.runs.history(api_id="a", limit=26, before=page.older)
        assert ([run.run_id for run in rest.runs], rest.older) == (["03", "02", "01", "00"], None)
        assert await store.forget_api("a") == 30
        assert items(dynamodb) == {}

    async def test_an_entry_that_is_behind_the_table_is_passed(self, dynamodb: DynamoBackend) -> None:
        """The index still says that the run is this message's, or this API's."""
        store = await dynamodb.store()
        await store.runs.save(run_of("r", api_id="a", channel="C", message_ts="1.1"))
        where = {"pk": {"S": "run#r"}, "sk": {"S": "run"}}
        dynamodb.services.dynamodb.update_item(
            TableName=dynamodb.name,
            Key=where,
            UpdateExpression="SET api_id = :new, message_ts = :new",
            ExpressionAttributeValues={":new": {"S": "new"}},
        )
        assert await store.runs.of_message("C", "1.1") is None
        assert (await store.runs.history(api_id="a")).runs == ()


class TestLostReplies:
    """boto3 repeats a write whose reply was lost. The second one meets what the first has done."""

    @pytest.fixture
    def store(self, dynamodb: DynamoBackend) -> DynamoStore:
        table = Table(LostReplies(dynamodb.services), dynamodb.name)
        return DynamoStore(table, retention=RETENTION, now=dynamodb.clock.now)

    async def test_values_are_put_once(self, store: DynamoStore) -> None:
        assert await store.values.put_if_absent("s", "k", 1) is None
        assert await store.values.put_if_absent("s", "k", 1) is not None
        assert await store.values.compare_and_set("s", "k", 1, 2)
        assert not await store.values.compare_and_set("s", "k", 1, 3)

    async def test_a_run_keeps_what_it_points_to(self, store: DynamoStore) -> None:
        for evidence in ("[1]", "[2]"):
            await store.runs.save(run_of("r", report=noise(3 * PART)), evidence=evidence)
            assert await store.runs.evidence("r") == evidence
        assert (await store.runs.get("r")) == run_of("r", report=noise(3 * PART))

    async def test_an_intent_is_in_doubt(self, store: DynamoStore) -> None:
        """Nobody can tell it from an earlier attempt's, so the message is looked for before it is posted."""
        assert not (await store.posts.intend("r", "report", "C1")).fresh


class TestTheSchema:
    async def test_an_empty_table_is_marked_and_known_again(self, dynamodb: DynamoBackend) -> None:
        for _ in range(2):
            await check_schema(dynamodb.table())
        assert items(dynamodb)["schema"]["version"] == {"N": str(SCHEMA)}

    @pytest.mark.parametrize(("version", "expected"), [(SCHEMA + 1, "upgrade this one"), (SCHEMA - 1, "a new table")])
    async def test_another_version_is_refused(self, dynamodb: DynamoBackend, version: int, expected: str) -> None:
        await dynamodb.table().put({"pk": "schema", "sk": "schema", "version": version})
        with pytest.raises(StorageError, match=f"expected a table of schema {SCHEMA}, found {version} .*{expected}"):
            await check_schema(dynamodb.table())

    async def test_a_table_that_is_not_there_is_named(self, dynamodb: DynamoBackend) -> None:
        dynamodb.name = "nobody-made-it"
        with pytest.raises(StorageError, match=r"expected a DynamoDB table nobody-made-it .* in eu-west-1"):
            await check_schema(dynamodb.table())


def refusal(code: str, message: str = "", status: int = 400) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, "GetItem")


class TestTrouble:
    @pytest.mark.parametrize(
        ("error", "kind", "expected"),
        [
            (refusal("ThrottlingException"), StorageBusy, "t: dynamodb:GetItem was tried several times"),
            (refusal("ProvisionedThroughputExceededException"), StorageBusy, "ProvisionedThroughputExceeded"),
            (refusal("InternalServerError", status=500), StorageBusy, "InternalServerError"),
            (ReadTimeoutError(endpoint_url="https://x"), StorageBusy, "no answer from AWS"),
            (refusal("AccessDeniedException"), StorageError, "expected the permission dynamodb:GetItem"),
            (refusal("ExpiredTokenException"), StorageError, "the credentials have expired"),
            (NoCredentialsError(), StorageError, "there are no AWS credentials"),
            (refusal("ValidationException", "The table does not have the specified index"), StorageError, "the specif"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
    )
    async def test_it_is_said_in_our_words(self, error: Exception, kind: type[StorageError], expected: str) -> None:
        calls = AwsCalls()
        calls._clients["dynamodb"] = _Refusing(error)
        with pytest.raises(kind, match=expected) as caught:
            await Table(calls, "t").get("pk", "sk")
        assert type(caught.value) is kind


class TestBatches:
    """DynamoDB may leave a part of a batch undone (AWS: API_BatchGetItem, UnprocessedKeys)."""

    async def test_the_rest_is_asked_for_again_with_growing_pauses(self) -> None:
        pauses: list[float] = []

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        table = Table(_OneAtATime(), "t", sleep=sleep)
        keys = [("a", "1"), ("a", "2"), ("a", "3")]
        assert list(await table.get_all(keys)) == keys
        assert pauses == [0.05, 0.1]
        await table.delete_all(keys)
        with pytest.raises(StorageBusy, match="left a part of a batch undone"):
            await table.get_all([("a", str(n)) for n in range(9)])


class _Refusing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_item(self, **_: Any) -> None:
        raise self._error


class _OneAtATime(AwsCalls):
    """Does the first request of each batch, and leaves the rest."""

    async def dynamodb(self, operation: str, table: str, **parameters: Any) -> dict[str, Any]:
        wanted = parameters["RequestItems"][table]
        if operation == "batch_write_item":
            return {"UnprocessedItems": {table: wanted[1:]} if wanted[1:] else {}}
        first, *rest = wanted["Keys"]
        return {"Responses": {table: [first]}, "UnprocessedKeys": {table: {**wanted, "Keys": rest}} if rest else {}}


async def _fails(*_: Any, **__: Any) -> Any:
    raise StorageError("the process ends here")
