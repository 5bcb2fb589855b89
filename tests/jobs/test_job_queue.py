"""The contract of every job queue: puts, keys, groups and leases, driven by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from job_backends import LEASE, QueueBackend, depth_of

from bot.jobs.interface import Job, Lease, PutResult
from bot.jobs.message import LONGEST_BODY


async def test_a_job_comes_out_as_it_was_put(backend: QueueBackend) -> None:
    queue = await backend.queue()
    body: dict[str, Any] = {
        "api": "orders",
        "stage": "prod",
        "path": None,
        "tags": ["é", "\ud83d", 1, 2.5, True],
        "nested": {"a": []},
    }
    put = await queue.put("diagnose", body, key="Ev0001", group="C1")
    lease = await queue.leases.claim()
    assert lease is not None
    created = backend.clock.now()
    assert lease.job == Job(
        id=put.job_id, kind="diagnose", body=body, key="Ev0001", group="C1", attempts=1, created=created
    )


async def test_an_empty_queue_has_nothing_to_claim(backend: QueueBackend) -> None:
    queue = await backend.queue()
    assert await queue.leases.claim() is None
    assert await queue.depth() == depth_of(backend)


class TestKeys:
    async def test_the_second_put_of_a_key_changes_nothing(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        first = await queue.put("diagnose", {"n": 1}, key="Ev1")
        second = await queue.put("diagnose", {"n": 2}, key="Ev1")
        assert second == PutResult(job_id=first.job_id, duplicate=True)
        lease = await queue.leases.claim()
        assert lease is not None
        assert lease.job.body == {"n": 1}
        assert await queue.leases.claim() is None

    async def test_another_process_knows_the_key_too(self, backend: QueueBackend) -> None:
        first = await (await backend.queue()).put("diagnose", {}, key="Ev1")
        second = await (await backend.queue()).put("diagnose", {}, key="Ev1")
        assert second == PutResult(job_id=first.job_id, duplicate=True)

    async def test_different_keys_are_different_jobs(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        puts = [await queue.put("diagnose", {}, key=f"Ev{n}") for n in range(3)]
        assert len({put.job_id for put in puts}) == 3
        assert not any(put.duplicate for put in puts)

    @pytest.mark.parametrize("settled", ["running", "done", "dead"])
    async def test_a_key_stays_known(self, backend: QueueBackend, settled: str) -> None:
        queue = await backend.queue()
        await queue.put("diagnose", {}, key="Ev1")
        lease = await queue.leases.claim()
        assert lease is not None
        if settled == "done":
            await queue.leases.finish(lease)
        if settled == "dead":
            await queue.leases.bury(lease, "no")
        assert (await queue.put("diagnose", {}, key="Ev1")).duplicate
        assert await queue.leases.claim() is None

    async def test_a_settled_key_is_forgotten_after_the_retention(self, backend: QueueBackend) -> None:
        queue = await backend.queue(retention=100)
        await queue.put("diagnose", {}, key="Ev1")
        lease = await queue.leases.claim()
        assert lease is not None
        await queue.leases.finish(lease)
        backend.clock.advance(100)
        assert (await queue.put("diagnose", {}, key="Ev1")).duplicate
        backend.clock.advance(1)
        assert not (await queue.put("diagnose", {}, key="Ev1")).duplicate

    async def test_an_open_job_is_never_forgotten(self, backend: QueueBackend) -> None:
        queue = await backend.queue(retention=100)
        await queue.put("diagnose", {}, key="Ev1")
        backend.clock.advance(1000)
        assert (await queue.put("diagnose", {}, key="Ev1")).duplicate


def _circle() -> dict[str, Any]:
    circle: dict[str, Any] = {}
    circle["self"] = circle
    return circle


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        pytest.param({"body": {"when": object()}}, "job body: expected a value that JSON can hold", id="an object"),
        pytest.param({"body": {"rate": math.nan}}, "job body: expected a value that JSON can hold", id="not a number"),
        pytest.param({"body": _circle()}, "job body: expected a value that JSON can hold", id="a circle"),
        pytest.param({"body": {1: "one"}}, "with string keys", id="a key that is a number"),
        pytest.param({"body": {"pair": (1, 2)}}, "expected lists", id="a tuple"),
        pytest.param({"body": ["a", "list"]}, "expected a dict, got list", id="a list"),
        pytest.param({"body": {"x": "y" * LONGEST_BODY}}, f"at most {LONGEST_BODY} bytes", id="too long"),
        pytest.param({"key": ""}, "job key: expected text of 1 to 1024 bytes", id="no key"),
        pytest.param({"key": "k" * 1025}, "job key: expected text of 1 to 1024 bytes", id="a long key"),
        pytest.param({"key": None}, "job key: expected text", id="key None"),
        pytest.param({"key": "a\nb"}, "job key: expected printable text", id="a key with a line break"),
        pytest.param({"kind": ""}, "job kind: expected text", id="no kind"),
        pytest.param({"group": ""}, "job group: expected text", id="an empty group"),
        pytest.param({"delay": -1}, "expected 0 to 900 seconds, got -1", id="a delay into the past"),
        pytest.param({"delay": 901}, "expected 0 to 900 seconds, got 901", id="a long delay"),
        pytest.param({"delay": math.nan}, "expected 0 to 900 seconds, got nan", id="a delay that is no number"),
    ],
)
async def test_a_bad_put_says_what_was_expected(backend: QueueBackend, put: dict[str, Any], expected: str) -> None:
    queue = await backend.queue()
    with pytest.raises(ValueError, match=expected):
        await queue.put(**{"kind": "diagnose", "body": {}, "key": "Ev1", **put})
    assert await queue.depth() == depth_of(backend)


async def test_a_delayed_job_waits_for_its_time(backend: QueueBackend) -> None:
    queue = await backend.queue()
    await queue.put("watch", {}, key="Ev1", delay=30)
    assert (await queue.depth()).delayed == 1
    backend.clock.advance(29.9)
    assert await queue.leases.claim() is None
    backend.clock.advance(0.1)
    assert (await queue.depth()).ready == 1
    assert await queue.leases.claim() is not None


class TestGroups:
    async def test_one_job_of_a_group_runs_at_a_time_in_order(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        for key, group in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("none1", None), ("none2", None), ("b2", "b")):
            await queue.put("diagnose", {}, key=key, group=group)
        assert await _claim_all(queue.leases) == ["a1", "b1", "none1", "none2"]

    @pytest.mark.parametrize(
        ("settle", "following"), [("finish", "a2"), ("bury", "a2"), ("release", "a1"), ("retry", None)]
    )
    async def test_what_follows_in_a_group(self, backend: QueueBackend, settle: str, following: str | None) -> None:
        queue = await backend.queue()
        for key in ("a1", "a2"):
            await queue.put("diagnose", {}, key=key, group="a")
        lease = await queue.leases.claim()
        assert lease is not None
        await _settle(queue.leases, lease, settle)
        assert await _claim_all(queue.leases) == ([following] if following else [])


class TestLeases:
    async def test_a_leased_job_is_not_claimed_again(self, backend: QueueBackend) -> None:
        mine, other = await backend.queue(), await backend.queue()
        await mine.put("diagnose", {}, key="Ev1")
        assert await mine.leases.claim() is not None
        assert await mine.leases.claim() is None
        assert await other.leases.claim() is None
        assert (await other.depth()).running == 1

    async def test_a_job_is_delivered_again_when_its_lease_has_ended(self, backend: QueueBackend) -> None:
        mine, other = await backend.queue(), await backend.queue()
        await mine.put("diagnose", {}, key="Ev1")
        first = await mine.leases.claim()
        backend.clock.advance(LEASE - 0.1)
        assert await other.leases.claim() is None
        backend.clock.advance(0.1)
        second = await other.leases.claim()
        assert first is not None
        assert second is not None
        assert second.id != first.id
        assert (first.job.attempts, second.job.attempts) == (1, 2)

    async def test_an_extended_lease_stands_longer(self, backend: QueueBackend) -> None:
        mine, other = await backend.queue(), await backend.queue()
        await mine.put("diagnose", {}, key="Ev1")
        lease = await mine.leases.claim()
        assert lease is not None
        backend.clock.advance(LEASE - 1)
        assert await mine.leases.extend(lease)
        backend.clock.advance(LEASE - 1)
        assert await other.leases.claim() is None
        backend.clock.advance(1)
        assert await other.leases.claim() is not None

    @pytest.mark.parametrize("settle", ["finish", "retry", "bury", "release", "extend"])
    async def test_a_lost_lease_settles_nothing(self, backend: QueueBackend, settle: str) -> None:
        old, new = await backend.queue(), await backend.queue()
        await old.put("diagnose", {}, key="Ev1")
        lost = await old.leases.claim()
        backend.clock.advance(LEASE)
        current = await new.leases.claim()
        assert lost is not None
        assert current is not None
        assert not await _settle(old.leases, lost, settle)
        assert (await new.depth()).running == 1
        assert await new.leases.finish(current)
        assert await new.depth() == depth_of(backend, done=1)

    async def test_a_job_is_settled_once(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        await queue.put("diagnose", {}, key="Ev1")
        lease = await queue.leases.claim()
        assert lease is not None
        assert await queue.leases.finish(lease)
        assert not await queue.leases.retry(lease, "too late", 0)
        assert await queue.depth() == depth_of(backend, done=1)


class TestDeadJobs:
    async def test_a_dead_job_keeps_its_error(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        for key in ("Ev1", "Ev2"):
            await queue.put("diagnose", {"key": key}, key=key)
            lease = await queue.leases.claim()
            assert lease is not None
            backend.clock.advance(1)
            await queue.leases.bury(lease, f"{key} would not do")
        dead = await queue.dead()
        assert [(job.job.body, job.error) for job in dead] == [
            ({"key": "Ev2"}, "Ev2 would not do"),
            ({"key": "Ev1"}, "Ev1 would not do"),
        ]
        assert dead[0].died == backend.clock.now()
        assert len(await queue.dead(limit=1)) == 1

    async def test_redrive_gives_dead_jobs_all_their_attempts_again(self, backend: QueueBackend) -> None:
        queue = await backend.queue()
        await queue.put("diagnose", {"n": 1}, key="Ev1")
        lease = await queue.leases.claim()
        assert lease is not None
        await queue.leases.bury(lease, "no")
        assert await queue.redrive() == 1
        again = await queue.leases.claim()
        assert again is not None
        assert (again.job.body, again.job.attempts) == ({"n": 1}, 1)
        assert await queue.redrive() == 0


async def _claim_all(leases: Any) -> list[str]:
    keys = []
    while (lease := await leases.claim()) is not None:
        keys.append(lease.job.key)
    return keys


async def _settle(leases: Any, lease: Lease, how: str) -> bool:
    arguments = {"retry": ("an error", 10.0), "bury": ("an error",)}.get(how, ())
    return bool(await getattr(leases, how)(lease, *arguments))
