"""The contract of the store for runs: what is saved comes back, is found in four ways, and is forgotten on request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from store_backends import StoreBackend

from bot.store.interface import Run, RunAlreadyDone, RunState, Store

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ORDERS: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1", "api_id": "a1b2c3", "stage": "prod"}


def run_of(run_id: str, *, minutes: float = 0, **changes: Any) -> Run:
    known = {"job_key": f"Ev-{run_id}", "request": {"api": "orders"}, "created": NOON + timedelta(minutes=minutes)}
    return Run(**{**known, **ORDERS, **changes, "run_id": run_id})


async def ids(store: Store, **filters: Any) -> list[str]:
    return [run.run_id for run in (await store.runs.history(**filters)).runs]


FULL = run_of(
    "full",
    request={"api": "orders", "path": "/ü", "window": [1, 2.5, None]},
    channel="C0001",
    message_ts="1767225600.000100",
    thread_ts="1767225600.000001",
    state=RunState.DONE,
    report='{"schema": 1,  "text": "caf\u00e9 \\u00e9 \U0001f534\\n\r\n\x00 "}\n',
    finished=NOON + timedelta(seconds=1.9),
)
BARE = Run(run_id="bare", job_key="Ev", request={}, created=NOON)


@pytest.mark.parametrize("run", [FULL, BARE], ids=["with everything", "with the least"])
async def test_a_run_comes_back_as_it_was_saved(backend: StoreBackend, run: Run) -> None:
    await (await backend.store()).runs.save(run)
    assert await (await backend.store()).runs.get(run.run_id) == run


async def test_an_unknown_run_is_none(backend: StoreBackend) -> None:
    store = await backend.store()
    assert await store.runs.get("nobody") is None
    assert await store.runs.evidence("nobody") is None


async def test_a_moment_of_another_zone_comes_back_in_utc(backend: StoreBackend) -> None:
    store = await backend.store()
    await store.runs.save(run_of("r", created=NOON.astimezone(timezone(timedelta(hours=2)))))
    stored = await store.runs.get("r")
    assert stored is not None
    assert (stored.created, stored.created.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"created": NOON.replace(tzinfo=None)}, "expected a moment with a time zone"),
        ({"request": {"when": NOON}}, "request: expected a value that JSON can hold"),
    ],
    ids=["a moment without a zone", "a request that is no JSON"],
)
async def test_what_cannot_be_stored_is_refused(backend: StoreBackend, changes: dict[str, Any], expected: str) -> None:
    store = await backend.store()
    with pytest.raises(ValueError, match=expected):
        await store.runs.save(run_of("r", **changes))
    assert await store.runs.get("r") is None


class TestEvidence:
    async def test_it_comes_back_byte_for_byte_and_stays(self, backend: StoreBackend) -> None:
        store = await backend.store()
        evidence = json.dumps({"logs": ["Execution failed é \U0001f534"] * 1000})
        await store.runs.save(run_of("r"), evidence=evidence)
        await store.runs.save(run_of("r", state=RunState.DONE))
        assert await store.runs.evidence("r") == evidence

    async def test_new_evidence_replaces_the_old(self, backend: StoreBackend) -> None:
        store = await backend.store()
        for evidence in ("{}", '{"more": true}'):
            await store.runs.save(run_of("r"), evidence=evidence)
        assert await store.runs.evidence("r") == '{"more": true}'


class TestStates:
    @pytest.mark.parametrize(
        ("before", "after"),
        [("running", "running"), ("running", "done"), ("running", "failed"), ("failed", "running"), ("done", "done")],
    )
    async def test_a_run_moves_on(self, backend: StoreBackend, before: str, after: str) -> None:
        store = await backend.store()
        await store.runs.save(run_of("r", state=RunState(before)))
        changed = run_of("r", state=RunState(after), channel="C9")
        await store.runs.save(changed)
        assert await store.runs.get("r") == changed

    @pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FAILED])
    async def test_a_done_run_stays_done(self, backend: StoreBackend, state: RunState) -> None:
        store = await backend.store()
        done = run_of("r", state=RunState.DONE, report="{}")
        await store.runs.save(done, evidence="[1]")
        with pytest.raises(RunAlreadyDone, match=f"run r is done; expected no save of it as {state}"):
            await store.runs.save(run_of("r", state=state), evidence="[2]")
        assert await store.runs.get("r") == done
        assert await store.runs.evidence("r") == "[1]"


class TestTheLastRunOfAStage:
    async def test_it_is_the_newest_done_one(self, backend: StoreBackend) -> None:
        store = await backend.store()
        await store.runs.save(run_of("new", minutes=2, state=RunState.DONE))
        await store.runs.save(run_of("old", minutes=1, state=RunState.DONE))
        await store.runs.save(run_of("now", minutes=3))
        last, latest = await store.runs.last(**ORDERS), await store.runs.last(**ORDERS, state=None)
        assert last is not None
        assert latest is not None
        assert (last.run_id, latest.run_id) == ("new", "now")

    @pytest.mark.parametrize("differs", ORDERS)
    async def test_it_is_of_this_very_stage(self, backend: StoreBackend, differs: str) -> None:
        elsewhere: dict[str, Any] = {differs: "other"}
        store = await backend.store()
        await store.runs.save(replace(run_of("other", state=RunState.DONE), **elsewhere))
        assert await store.runs.last(**ORDERS) is None
        assert await store.runs.last(**{**ORDERS, **elsewhere}) is not None


async def test_a_run_is_found_by_its_message(backend: StoreBackend) -> None:
    store = await backend.store()
    message = {"channel": "C1", "message_ts": "1.1"}
    await store.runs.save(run_of("again", minutes=2, **message))
    await store.runs.save(run_of("first", minutes=1, **message))
    await store.runs.save(run_of("elsewhere", minutes=3, channel="C2", message_ts="1.1"))
    found = await store.runs.of_message("C1", "1.1")
    assert found is not None
    assert found.run_id == "again"
    assert await store.runs.of_message("C1", "1.2") is None


class TestHistory:
    async def test_pages_go_from_the_newest_to_the_oldest(self, backend: StoreBackend) -> None:
        store = await backend.store()
        # Two of the same moment: a page that ends between them must neither repeat nor skip one.
        for run_id, minutes in (("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 0)):
            await store.runs.save(run_of(run_id, minutes=minutes))
        pages, before = [], None
        for _ in range(3):
            page = await store.runs.history(limit=2, before=before)
            pages.append([run.run_id for run in page.runs])
            before = page.older
        assert pages == [["d", "c"], ["b", "a"], ["e"]]
        assert before is None

    async def test_a_run_that_comes_in_between_shifts_nothing(self, backend: StoreBackend) -> None:
        store = await backend.store()
        for run_id, minutes in (("a", 1), ("b", 2)):
            await store.runs.save(run_of(run_id, minutes=minutes))
        first = await store.runs.history(limit=1)
        await store.runs.save(run_of("c", minutes=3))
        assert await ids(store, before=first.older) == ["a"]

    async def test_of_one_api(self, backend: StoreBackend) -> None:
        store = await backend.store()
        for run_id, api_id in (("a", "orders"), ("b", "billing"), ("c", "orders"), ("d", None)):
            await store.runs.save(run_of(run_id, minutes=ord(run_id), api_id=api_id))
        assert await ids(store, api_id="orders") == ["c", "a"]
        assert await ids(store) == ["d", "c", "b", "a"]

    async def test_without_runs_there_is_an_empty_page(self, backend: StoreBackend) -> None:
        page = await (await backend.store()).runs.history()
        assert (page.runs, page.older) == ((), None)

    @pytest.mark.parametrize("cursor", ["", "yesterday", "12", "²:r"])
    async def test_a_foreign_cursor_is_refused(self, backend: StoreBackend, cursor: str) -> None:
        store = await backend.store()
        with pytest.raises(ValueError, match="expected the `older` of an earlier page"):
            await store.runs.history(before=cursor)

    async def test_a_page_holds_at_least_one(self, backend: StoreBackend) -> None:
        store = await backend.store()
        with pytest.raises(ValueError, match="expected 1 or more, got 0"):
            await store.runs.history(limit=0)


class TestForgetting:
    async def test_runs_before_a_moment_go_with_all_they_left(self, backend: StoreBackend) -> None:
        store = await backend.store()
        for run_id, minutes in (("old", -1), ("new", 0)):
            await store.runs.save(run_of(run_id, minutes=minutes), evidence="{}")
            await store.posts.intend(run_id, "report", "C1")
        assert await store.forget_before(NOON) == 1
        assert await ids(store) == ["new"]
        assert [await store.runs.evidence(run_id) for run_id in ("old", "new")] == [None, "{}"]
        assert await store.posts.get("old", "report") is None
        assert await store.posts.get("new", "report") is not None

    async def test_old_posts_without_a_run_go_too(self, backend: StoreBackend) -> None:
        store = await backend.store()
        await store.posts.intend("never saved", "report", "C1")
        backend.clock.advance(1)
        assert await store.forget_before(backend.clock.now()) == 0
        assert await store.posts.get("never saved", "report") is None

    async def test_an_api_goes_with_all_its_runs(self, backend: StoreBackend) -> None:
        store = await backend.store()
        for run_id, api_id in (("a", "orders"), ("b", "billing"), ("c", "orders")):
            await store.runs.save(replace(run_of(run_id), api_id=api_id), evidence="{}")
            await store.posts.intend(run_id, "report", "C1")
        assert await store.forget_api("orders") == 2
        assert await ids(store) == ["b"]
        assert await store.runs.evidence("a") is None
        assert await store.posts.get("c", "report") is None
        assert await store.posts.get("b", "report") is not None
        assert await store.forget_api("orders") == 0
