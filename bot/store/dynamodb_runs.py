"""Runs, reports and evidence in DynamoDB: a run and all that it left share the partition `run#<id>`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from bot.store import canonical
from bot.store.aws_calls import ConditionFailed
from bot.store.cursor import cursor_of, position
from bot.store.dynamodb_documents import (
    Document,
    compressed,
    delete_document,
    read_document,
    store_document,
    text_of,
)
from bot.store.dynamodb_expiry import expiring, lives
from bot.store.dynamodb_table import Condition, Item, Table
from bot.store.interface import Page, Run, RunAlreadyDone, RunState
from bot.store.times import from_micros, to_micros

LONGEST_INLINE = 200_000
"""Bytes of a compressed report that stands in the run's own item; a longer one is split beside it."""

_RUN = "run"
_ALL = "runs"
_AT_ONCE = 25
_PLAIN = ("run_id", "job_key", "api_id", "stage", "account", "region", "channel", "message_ts", "thread_ts")
_NOT_DONE = "attribute_not_exists(pk) OR run_state <> :done"


class DynamoRuns:
    """
    `Runs` in a DynamoDB table. `retention` is how many microseconds after its creation a run ends.

    By its id a run is found at once. Found by anything else, a run may be missing for the moment that DynamoDB takes
    to bring its indexes up to date (AWS: DynamoDB, "Global secondary indexes"), and is then read as it now stands.
    """

    def __init__(self, table: Table, *, retention: int, now: Callable[[], datetime]) -> None:
        self._table = table
        self._retention = retention
        self._clock = now

    async def save(self, run: Run, *, evidence: str | None = None) -> None:
        """See `Runs.save`. What is long is written first, so that the run never points to what is not there."""
        pk, expires = run_pk(run.run_id), to_micros(run.created) + self._retention
        changes = {**_item_of(run), **expiring(expires)}
        report = None if run.report is None else compressed(run.report)
        inline = report is not None and len(report) <= LONGEST_INLINE
        written: list[Document] = []
        if run.report is not None and not inline:
            written.append(await store_document(self._table, pk, "report", run.report, expires=expires))
        changes["report"] = report if inline else None
        changes["report_parts"] = written[0].reference if written else None
        if evidence is not None:
            document = await store_document(self._table, pk, "evidence", evidence, expires=expires)
            written.append(document)
            changes["evidence_parts"] = document.reference
        condition = None if run.state is RunState.DONE else Condition(_NOT_DONE, {":done": RunState.DONE.value})
        try:
            before = await self._table.update((pk, _RUN), changes, condition)
        except ConditionFailed as failed:
            await self._drop(pk, {document.reference for document in written})
            raise RunAlreadyDone(f"run {run.run_id} is done; expected no save of it as {run.state}") from failed
        replaced = {before.get(name) for name in ("report_parts", "evidence_parts") if name in changes}
        await self._drop(pk, {reference for reference in replaced if reference and reference not in changes.values()})

    async def get(self, run_id: str) -> Run | None:
        """See `Runs.get`."""
        item = await self._table.get(run_pk(run_id), _RUN)
        return await self._run_of(item) if item is not None and lives(item, self._now()) else None

    async def evidence(self, run_id: str) -> str | None:
        """See `Runs.evidence`."""
        item = await self._table.get(run_pk(run_id), _RUN)
        if item is None or not lives(item, self._now()) or "evidence_parts" not in item:
            return None
        return await read_document(self._table, run_pk(run_id), item["evidence_parts"])

    async def last(
        self, *, account: str, region: str, api_id: str, stage: str, state: RunState | None = RunState.DONE
    ) -> Run | None:
        """See `Runs.last`."""
        wanted = {"account": account, "region": region, "api_id": api_id, "stage": stage}
        async for item in self._newest("by_api", api_id):
            if all(item.get(name) == value for name, value in wanted.items()) and state in (None, item["run_state"]):
                return await self._run_of(item)
        return None

    async def of_message(self, channel: str, ts: str) -> Run | None:
        """See `Runs.of_message`."""
        async for item in self._newest("by_message", f"{channel}#{ts}"):
            if (item.get("channel"), item.get("message_ts")) == (channel, ts):
                return await self._run_of(item)
        return None

    async def history(self, *, api_id: str | None = None, limit: int = 20, before: str | None = None) -> Page:
        """See `Runs.history`."""
        if limit < 1:
            raise ValueError(f"history limit: expected 1 or more, got {limit}")
        index, pk = ("by_time", _ALL) if api_id is None else ("by_api", api_id)
        until = "" if before is None else sort_key(*position(before))
        runs: list[Run] = []
        async for item in self._newest(index, pk, until):
            if api_id is not None and item.get("api_id") != api_id:
                continue
            if len(runs) == limit:
                return Page(runs=tuple(runs), older=cursor_of(runs[-1]))
            runs.append(await self._run_of(item))
        return Page(runs=tuple(runs), older=None)

    async def ids_before(self, moment: datetime) -> list[str]:
        """The ids of the runs created before a moment."""
        keys = Condition(
            "by_time_pk = :pk AND by_time_sk < :until", {":pk": _ALL, ":until": sort_key(to_micros(moment), "")}
        )
        return [run_id_of(item) async for item in self._table.query(keys, index="by_time")]

    async def ids_of_api(self, api_id: str) -> list[str]:
        """The ids of the runs of an API."""
        keys = Condition("by_api_pk = :pk", {":pk": api_id})
        return [run_id_of(item) async for item in self._table.query(keys, index="by_api")]

    async def _newest(self, index: str, pk: str, until: str = "") -> AsyncIterator[Item]:
        """The runs in a partition of an index, newest first, each as the table has it now."""
        keys = Condition(f"{index}_pk = :pk", {":pk": pk})
        if until:
            keys = Condition(f"{index}_pk = :pk AND {index}_sk < :until", {":pk": pk, ":until": until})
        found: list[tuple[str, str]] = []
        async for entry in self._table.query(keys, index=index, newest_first=True, page=_AT_ONCE):
            found.append((entry["pk"], entry["sk"]))
            if len(found) == _AT_ONCE:
                for item in await self._living(found):
                    yield item
                found = []
        for item in await self._living(found):
            yield item

    async def _living(self, keys: list[tuple[str, str]]) -> list[Item]:
        items, now = await self._table.get_all(keys), self._now()
        return [items[key] for key in keys if key in items and lives(items[key], now)]

    async def _run_of(self, item: Item) -> Run:
        report: str | None = None
        if "report" in item:
            report = text_of(bytes(item["report"]))
        elif "report_parts" in item:
            report = await read_document(self._table, item["pk"], item["report_parts"])
        known: dict[str, Any] = {name: item.get(name) for name in _PLAIN}
        return Run(
            **known,
            request=canonical.decode(item["request"], "request"),
            created=from_micros(int(item["created"])),
            state=RunState(item["run_state"]),
            report=report,
            finished=from_micros(int(item["finished"])) if "finished" in item else None,
        )

    async def _drop(self, pk: str, references: set[str]) -> None:
        for reference in references:
            await delete_document(self._table, pk, reference)

    def _now(self) -> int:
        return to_micros(self._clock())


def run_pk(run_id: str) -> str:
    """The partition of a run, its evidence and its posts."""
    return f"run#{run_id}"


def run_id_of(item: Item) -> str:
    """The run that an item of such a partition belongs to."""
    return str(item["pk"]).removeprefix("run#")


def sort_key(created: int, identity: str) -> str:
    """A key that sorts by a stored moment first."""
    return f"{created:020d}#{identity}"


def _item_of(run: Run) -> Item:
    created = to_micros(run.created)
    at = sort_key(created, run.run_id)
    of_message = f"{run.channel}#{run.message_ts}" if run.channel and run.message_ts else None
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        "request": canonical.encode(run.request, "request"),
        "created": created,
        "finished": None if run.finished is None else to_micros(run.finished),
        "run_state": run.state.value,
        "by_time_pk": _ALL,
        "by_time_sk": at,
        "by_api_pk": run.api_id or None,
        "by_api_sk": at if run.api_id else None,
        "by_message_pk": of_message,
        "by_message_sk": at if of_message else None,
    }
