"""What the store remembers, whichever backend holds it. Storage trouble raises `bot.store.errors.StorageError`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class RunState(StrEnum):
    """Where a run stands. Done is final; a failed run may be started again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Run:
    """
    One diagnosis: who asked what (`job_key`, `request`), of which API, where its message stands, what came out.

    What is not known yet is None. `report` is the report's JSON text and comes back byte for byte.
    `created` and `finished` name a time zone and come back in UTC.
    """

    run_id: str
    job_key: str
    request: dict[str, Any]
    created: datetime
    state: RunState = RunState.RUNNING
    api_id: str | None = None
    stage: str | None = None
    account: str | None = None
    region: str | None = None
    channel: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    report: str | None = None
    finished: datetime | None = None


class RunAlreadyDone(Exception):  # noqa: N818 - read as a condition: `except RunAlreadyDone`
    """Somebody finished this run first, so it cannot go back to running or failed. Nothing was changed."""


@dataclass(frozen=True)
class Page:
    """Some runs, newest first; `older` is the cursor of the next page, None on the last."""

    runs: tuple[Run, ...]
    older: str | None


class Runs(Protocol):
    """
    The runs, their reports and their evidence.

    By its id a run is found as it was last saved. `last`, `of_message` and `history` may miss, for a second or so, a
    save by which a run comes in or changes its place; no run that they find is out of date.
    """

    async def save(self, run: Run, *, evidence: str | None = None) -> None:
        """
        Keep the run as it now stands, in place of what its `run_id` held; evidence (JSON text) stays unless given.

        RunAlreadyDone when the stored run is done and this one is not. ValueError for what cannot be stored.
        """

    async def get(self, run_id: str) -> Run | None:
        """The run with this id."""

    async def evidence(self, run_id: str) -> str | None:
        """What the run had read, as the JSON text that was saved."""

    async def last(
        self, *, account: str, region: str, api_id: str, stage: str, state: RunState | None = RunState.DONE
    ) -> Run | None:
        """The newest run of one stage in one state; `state=None` for any."""

    async def of_message(self, channel: str, ts: str) -> Run | None:
        """The newest run whose report is this Slack message."""

    async def history(self, *, api_id: str | None = None, limit: int = 20, before: str | None = None) -> Page:
        """Runs newest first, of one API or of all. `before` is an earlier page's cursor; ValueError for any other."""


@dataclass(frozen=True)
class Entry:
    """A remembered value and when it is forgotten; never, when `expires` is None."""

    key: str
    value: Any
    expires: datetime | None


class Values(Protocol):
    """
    Small JSON values by namespace and key: claims, thread joins, a channel's settings, snoozes.

    `ttl` is in seconds; a value is gone the moment it has passed. Two values are the same when their JSON is.
    ValueError for a value that JSON cannot hold.
    """

    async def get(self, namespace: str, key: str) -> Entry | None:
        """What is there."""

    async def put(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> None:
        """Store, whatever was there."""

    async def put_if_absent(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> Entry | None:
        """Store if nothing is there, and return None; else change nothing and return what stands in the way."""

    async def compare_and_set(
        self, namespace: str, key: str, expected: Any, value: Any, *, ttl: float | None = None
    ) -> bool:
        """Store if `expected` is there, and say whether it was."""

    async def delete(self, namespace: str, key: str) -> bool:
        """Forget, and say whether something was there."""

    async def compare_and_delete(self, namespace: str, key: str, expected: Any) -> bool:
        """Forget if `expected` is there, and say whether it was."""

    async def scan(self, namespace: str, prefix: str = "") -> Sequence[Entry]:
        """Everything whose key starts with the prefix, by key."""


@dataclass(frozen=True)
class Post:
    """
    One message of a run: that it is about to be posted (`intended`), and its `ts` once Slack has given one.

    `fresh` is True for the call that recorded the intent. Neither fresh nor a `ts`: an earlier attempt ended between
    the two, and the message may or may not be in the channel.
    """

    channel: str
    ts: str | None
    intended: datetime
    fresh: bool


class Posts(Protocol):
    """What was posted, so that a job that is delivered again edits its messages and posts none twice."""

    async def intend(self, run_id: str, name: str, channel: str) -> Post:
        """Record, before posting, that message `name` of the run goes to the channel; returns what was known."""

    async def posted(self, run_id: str, name: str, ts: str) -> None:
        """Record the `ts` that Slack gave. LookupError without an intent."""

    async def get(self, run_id: str, name: str) -> Post | None:
        """What is known of the message."""


class Store(Protocol):
    """Everything that is remembered."""

    @property
    def runs(self) -> Runs:
        """The runs, their reports and their evidence."""

    @property
    def values(self) -> Values:
        """Small values with an expiry."""

    @property
    def posts(self) -> Posts:
        """The messages that runs have posted."""

    async def forget_before(self, moment: datetime) -> int:
        """Forget runs created before, with evidence and posts, and values that have expired; how many runs."""

    async def forget_api(self, api_id: str) -> int:
        """Forget every run of an API, with evidence and posts; how many. Values are forgotten by their own keys."""
