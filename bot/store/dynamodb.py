"""The store in one DynamoDB table: for several machines, and for AWS Lambda."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.store.aws_calls import ConditionFailed
from bot.store.dynamodb_expiry import ABSENT, LIVE, expiring, lives
from bot.store.dynamodb_runs import DynamoRuns, run_id_of, run_pk, sort_key
from bot.store.dynamodb_table import Condition, Item, Table
from bot.store.dynamodb_values import DynamoValues
from bot.store.interface import Post
from bot.store.times import from_micros, micros, to_micros, utc_now

_ALL_POSTS = "posts"


class DynamoPosts:
    """`Posts` in a DynamoDB table, beside their runs. `retention` is in microseconds."""

    def __init__(self, table: Table, *, retention: int, now: Callable[[], datetime]) -> None:
        self._table = table
        self._retention = retention
        self._clock = now

    async def intend(self, run_id: str, name: str, channel: str) -> Post:
        """See `Posts.intend`. Where the reply to the write was lost, the post is not `fresh`: it is looked for."""
        intended = self._now()
        item = {
            "pk": run_pk(run_id),
            "sk": _sk(name),
            "channel": channel,
            "intended": intended,
            "by_time_pk": _ALL_POSTS,
            "by_time_sk": sort_key(intended, f"{run_id}#{name}"),
            **expiring(intended + self._retention),
        }
        try:
            await self._table.put(item, Condition(ABSENT, {":now": intended}))
        except ConditionFailed as failed:
            return _post_of(dict(failed.item), fresh=False)
        return _post_of(item, fresh=True)

    async def posted(self, run_id: str, name: str, ts: str) -> None:
        """See `Posts.posted`."""
        try:
            await self._table.update((run_pk(run_id), _sk(name)), {"ts": ts}, Condition(LIVE, {":now": self._now()}))
        except ConditionFailed as failed:
            raise LookupError(f"message {name} of run {run_id}: expected an intent before its ts {ts}") from failed

    async def get(self, run_id: str, name: str) -> Post | None:
        """See `Posts.get`."""
        item = await self._table.get(run_pk(run_id), _sk(name))
        return _post_of(item, fresh=False) if item is not None and lives(item, self._now()) else None

    async def runs_before(self, moment: datetime) -> list[str]:
        """The runs of which a message was intended before a moment."""
        until = sort_key(to_micros(moment), "")
        keys = Condition("by_time_pk = :pk AND by_time_sk < :until", {":pk": _ALL_POSTS, ":until": until})
        return [run_id_of(item) async for item in self._table.query(keys, index="by_time")]

    def _now(self) -> int:
        return to_micros(self._clock())


class DynamoStore:
    """
    `Store` in a DynamoDB table.

    `retention` is in seconds: runs and posts end that long after they began, and DynamoDB deletes them later by
    itself. So `forget_before` is not needed to keep to the retention; it deletes at once.
    """

    def __init__(self, table: Table, *, retention: float, now: Callable[[], datetime] = utc_now) -> None:
        self._table = table
        self.runs = DynamoRuns(table, retention=micros(retention), now=now)
        self.values = DynamoValues(table, now=now)
        self.posts = DynamoPosts(table, retention=micros(retention), now=now)

    async def forget_before(self, moment: datetime) -> int:
        """See `Store.forget_before`. Values that have expired are left to DynamoDB."""
        runs = await self.runs.ids_before(moment)
        strays = [run_id for run_id in await self.posts.runs_before(moment) if await self.runs.get(run_id) is None]
        await self._forget([*runs, *strays])
        return len(runs)

    async def forget_api(self, api_id: str) -> int:
        """See `Store.forget_api`. A run that was saved in the last moment may not be found yet."""
        runs = await self.runs.ids_of_api(api_id)
        await self._forget(runs)
        return len(runs)

    async def _forget(self, run_ids: Iterable[str]) -> None:
        for run_id in dict.fromkeys(run_ids):
            everything = self._table.query(Condition("pk = :pk", {":pk": run_pk(run_id)}), attributes="pk, sk")
            await self._table.delete_all([(item["pk"], item["sk"]) async for item in everything])


def _sk(name: str) -> str:
    return f"post#{name}"


def _post_of(item: Item, *, fresh: bool) -> Post:
    intended = from_micros(int(item["intended"]))
    return Post(channel=item["channel"], ts=item.get("ts"), intended=intended, fresh=fresh)
