"""The contract of the store for small values, claims and posted messages."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from store_backends import StoreBackend

from bot.store.claims import Claim, Claims, ClaimState
from bot.store.interface import Entry, Values


async def value_at(values: Values, key: str, namespace: str = "snooze") -> Any:
    entry = await values.get(namespace, key)
    return None if entry is None else entry.value


class TestValues:
    @pytest.mark.parametrize("value", [None, False, 0, "", "é\ud83d", [1, [2.5]], {"b": {"a": None}}], ids=repr)
    async def test_a_value_comes_back(self, backend: StoreBackend, value: Any) -> None:
        await (await backend.store()).values.put("settings", "C1", value)
        assert await (await backend.store()).values.get("settings", "C1") == Entry("C1", value, None)

    async def test_put_replaces_and_namespaces_are_apart(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        await values.put("a", "k", 1)
        await values.put("b", "k", 2)
        await values.put("a", "k", 3)
        assert [await value_at(values, "k", namespace) for namespace in ("a", "b", "c")] == [3, 2, None]

    async def test_put_if_absent_says_what_stands_in_the_way(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        assert await values.put_if_absent("join", "k", "first") is None
        assert await values.put_if_absent("join", "k", "second") == Entry("k", "first", None)
        assert await value_at(values, "k", "join") == "first"

    async def test_of_many_at_once_one_is_first(self, backend: StoreBackend) -> None:
        stores = [await backend.store() for _ in range(4)]
        puts = [store.values.put_if_absent("join", "k", n) for n, store in enumerate(stores)]
        results = await asyncio.gather(*puts)
        assert results.count(None) == 1
        winner = results.index(None)
        assert {entry.value for entry in results if entry is not None} == {winner}

    async def test_compare_and_set(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        assert not await values.compare_and_set("s", "k", None, 1)
        await values.put("s", "k", {"a": 1, "b": 2})
        assert not await values.compare_and_set("s", "k", {"a": 1}, "new")
        assert await values.compare_and_set("s", "k", {"b": 2, "a": 1}, "new")
        assert await value_at(values, "k", "s") == "new"

    async def test_delete(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        await values.put("s", "k", 1)
        assert not await values.compare_and_delete("s", "k", 2)
        assert await values.compare_and_delete("s", "k", 1)
        assert not await values.delete("s", "k")
        await values.put("s", "k", 1)
        assert await values.delete("s", "k")
        assert await value_at(values, "k", "s") is None

    async def test_scan_finds_a_prefix_in_order(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        for key in ("C2/b", "C1/é", "C1/a", "C10/a", "C1", "C1%a", "c1/a"):
            await values.put("s", key, key)
        await values.put("other", "C1/z", 1)
        assert [entry.key for entry in await values.scan("s", "C1/")] == ["C1/a", "C1/é"]
        assert [entry.key for entry in await values.scan("s", "C1%")] == ["C1%a"]
        assert len(await values.scan("s")) == 7

    @pytest.mark.parametrize(
        ("arguments", "ttl", "expected"),
        [
            (("", "k", 1), None, "namespace of a value: expected text"),
            (("s", "", 1), None, "key of a value: expected text"),
            (("s", "k", {1, 2}), None, "s k: expected a value that JSON can hold"),
            (("s", "k", 1), 0, "ttl of s k: expected more than 0 seconds, got 0"),
            (("s", "k", 1), math.nan, "ttl of s k: expected more than 0 seconds, got nan"),
        ],
        ids=["no namespace", "no key", "no JSON", "no time", "no number"],
    )
    async def test_bad_input_says_what_was_expected(
        self, backend: StoreBackend, arguments: tuple[str, str, Any], ttl: float | None, expected: str
    ) -> None:
        values = (await backend.store()).values
        with pytest.raises(ValueError, match=expected):
            await values.put(*arguments, ttl=ttl)


class TestExpiry:
    async def test_a_value_is_gone_when_its_time_has_passed(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        await values.put("snooze", "k", 1, ttl=10)
        backend.clock.advance(9.9)
        entry = await values.get("snooze", "k")
        assert entry is not None
        assert entry.expires is not None
        assert (entry.expires - backend.clock.now()).total_seconds() == pytest.approx(0.1)
        backend.clock.advance(0.1)
        assert await values.get("snooze", "k") is None
        assert await values.scan("snooze") == ()
        assert not await values.compare_and_set("snooze", "k", 1, 2)
        assert not await values.compare_and_delete("snooze", "k", 1)
        assert not await values.delete("snooze", "k")
        assert await values.put_if_absent("snooze", "k", 2) is None

    async def test_a_new_put_sets_a_new_time(self, backend: StoreBackend) -> None:
        values = (await backend.store()).values
        await values.put("snooze", "k", 1, ttl=10)
        assert await values.compare_and_set("snooze", "k", 1, 2, ttl=100)
        backend.clock.advance(50)
        assert await value_at(values, "k") == 2
        await values.put("snooze", "k", 3)
        backend.clock.advance(10_000)
        assert await value_at(values, "k") == 3


class TestClaims:
    @pytest.fixture
    async def claims(self, backend: StoreBackend) -> Claims:
        return Claims((await backend.store()).values, "share", lease=60, retention=600)

    async def test_one_owner_takes_it_and_the_others_see_it_running(self, claims: Claims) -> None:
        assert await claims.take("orders/prod", "job1") == Claim(ClaimState.TAKEN, "job1")
        assert await claims.take("orders/prod", "job2") == Claim(ClaimState.RUNNING, "job1")
        assert await claims.take("billing/prod", "job2") == Claim(ClaimState.TAKEN, "job2")

    async def test_the_owner_that_comes_again_resumes(self, claims: Claims, backend: StoreBackend) -> None:
        await claims.take("k", "job1")
        backend.clock.advance(59)
        assert await claims.take("k", "job1") == Claim(ClaimState.TAKEN, "job1")
        backend.clock.advance(59)
        assert await claims.take("k", "job2") == Claim(ClaimState.RUNNING, "job1")

    async def test_done_is_known_with_its_result_until_the_retention_ends(
        self, claims: Claims, backend: StoreBackend
    ) -> None:
        await claims.take("k", "job1")
        assert await claims.finish("k", "job1", {"run": "r1"})
        backend.clock.advance(599)
        for owner in ("job1", "job2"):
            assert await claims.take("k", owner) == Claim(ClaimState.DONE, "job1", {"run": "r1"})
        backend.clock.advance(1)
        assert await claims.take("k", "job2") == Claim(ClaimState.TAKEN, "job2")

    async def test_a_claim_that_is_renewed_stands(self, claims: Claims, backend: StoreBackend) -> None:
        await claims.take("k", "job1")
        for _ in range(3):
            backend.clock.advance(59)
            assert await claims.renew("k", "job1")
        assert (await claims.take("k", "job2")).state is ClaimState.RUNNING

    async def test_the_old_owner_of_a_claim_that_ran_out_changes_nothing(
        self, claims: Claims, backend: StoreBackend
    ) -> None:
        await claims.take("k", "job1")
        backend.clock.advance(60)
        assert await claims.take("k", "job2") == Claim(ClaimState.TAKEN, "job2")
        assert not await claims.renew("k", "job1")
        assert not await claims.finish("k", "job1")
        assert not await claims.release("k", "job1")
        assert await claims.take("k", "job3") == Claim(ClaimState.RUNNING, "job2")

    async def test_a_released_claim_is_absent(self, claims: Claims) -> None:
        await claims.take("k", "job1")
        assert await claims.release("k", "job1")
        assert await claims.take("k", "job2") == Claim(ClaimState.TAKEN, "job2")


class TestPosts:
    async def test_a_message_is_intended_then_posted(self, backend: StoreBackend) -> None:
        posts = (await backend.store()).posts
        intent = await posts.intend("r1", "report", "C1")
        assert (intent.fresh, intent.ts, intent.channel) == (True, None, "C1")
        await posts.posted("r1", "report", "1767225600.000100")
        known = await posts.get("r1", "report")
        assert known is not None
        assert (known.fresh, known.ts) == (False, "1767225600.000100")

    @pytest.mark.parametrize("ts", [None, "1.1"], ids=["ended before Slack answered", "ended after Slack answered"])
    async def test_a_job_that_comes_again_learns_what_it_did(self, backend: StoreBackend, ts: str | None) -> None:
        posts = (await backend.store()).posts
        first = await posts.intend("r1", "report", "C1")
        if ts is not None:
            await posts.posted("r1", "report", ts)
        backend.clock.advance(30)
        again = await (await backend.store()).posts.intend("r1", "report", "C1")
        assert (again.fresh, again.ts, again.intended) == (False, ts, first.intended)

    async def test_messages_of_a_run_are_apart(self, backend: StoreBackend) -> None:
        posts = (await backend.store()).posts
        await posts.intend("r1", "report", "C1")
        assert (await posts.intend("r1", "evidence", "C1")).fresh
        assert (await posts.intend("r2", "report", "C1")).fresh

    async def test_a_ts_needs_an_intent(self, backend: StoreBackend) -> None:
        posts = (await backend.store()).posts
        assert await posts.get("r1", "report") is None
        with pytest.raises(LookupError, match="expected an intent"):
            await posts.posted("r1", "report", "1.1")
