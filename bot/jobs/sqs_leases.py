"""
The delivery side of the queue on SQS: claim, keep, settle.

A job's record decides what a message means: a message for a job that is running, or has to wait, is sent again for
later before it is deleted, and only one for a settled job is deleted for good. So nothing is lost with a message, and
SQS's own count of receives grows with crashes alone.
"""

from __future__ import annotations

import logging

from bot.jobs.interface import Adopt, Lease
from bot.jobs.message import check_envelope
from bot.jobs.sqs_messages import Message, Messages
from bot.jobs.sqs_records import DEAD, DONE, JobRecords, is_open
from bot.store.dynamodb_table import Item
from bot.store.errors import StorageError

log = logging.getLogger(__name__)

_LOOKS = 10
"""Messages that one claim looks at, until it leaves the rest to the next one."""
_TURN_SECONDS = 60.0
"""Until a job that waits for its group is looked at again, should nobody have told it that its turn has come."""


class SqsLeases:
    """`Leases` on SQS and DynamoDB; `lease_seconds` is how long a claim stands without being extended."""

    def __init__(
        self, messages: Messages, records: JobRecords, *, lease_seconds: float, adopt: Adopt | None = None
    ) -> None:
        self._messages = messages
        self._records = records
        self._lease = lease_seconds
        self._adopt = adopt
        self._held: dict[str, tuple[Lease, Message]] = {}

    async def arrive(self) -> int:
        """See `Leases.arrive`. Which workers are dead cannot be known here: their leases end by themselves."""
        await self._messages.check()
        return 0

    async def leave(self) -> None:
        """See `Leases.leave`."""
        trouble: StorageError | None = None
        for lease, _ in list(self._held.values()):
            try:
                await self.release(lease)
            except StorageError as error:
                trouble = error
        if trouble is not None:
            raise trouble

    async def claim(self) -> Lease | None:
        """See `Leases.claim`."""
        for _ in range(_LOOKS):
            message = await self._messages.receive(self._lease)
            if message is None:
                return None
            try:
                lease = await self.take(message)
            except ValueError as error:
                log.error("a message is left for the dead-letter queue: %s", error)
                continue
            if lease is not None:
                return lease
        return None

    async def take(self, message: Message) -> Lease | None:
        """
        Claim the job that a message names. None where there is nothing to do for it now: the message is dealt with.

        ValueError where the message is not understood: it is left alone.
        """
        identity = message.job_id or await self._adopted(message)
        item = await self._records.get(identity) if identity else None
        if item is None or not is_open(item):
            if item is None and identity:
                log.error("job %s is not in the table: expected the table and the queue to belong together", identity)
            if item is not None:
                await self._give_turn(item)
            await self._messages.delete(message)
            return None
        pause = (int(item["visible_at"]) - self._records.now()) / 1_000_000
        if pause > 0:
            await self._later(message, item, pause)
            return None
        if not await self._records.has_turn(item):
            await self._later(message, item, _TURN_SECONDS)
            return None
        try:
            lease = await self._records.claim(item, self._lease)
        except ValueError as error:
            log.error("job %s is given up: %s", identity, error)
            await self._give_turn(item)
            await self._messages.delete(message)
            return None
        if lease is None:
            await self._later(message, item, self._lease)
        else:
            self._held[lease.id] = (lease, message)
        return lease

    async def extend(self, lease: Lease) -> bool:
        """See `Leases.extend`."""
        stands = await self._records.extend(lease, self._lease)
        if stands and lease.id in self._held:
            await self._messages.keep(self._held[lease.id][1], self._lease)
        return stands

    async def finish(self, lease: Lease) -> bool:
        """See `Leases.finish`. Of a job that is done only what recognises its key again is kept."""
        return await self._end(lease, DONE, None)

    async def retry(self, lease: Lease, error: str, delay: float) -> bool:
        """See `Leases.retry`."""
        changes = self._records.again(lease.job.id, delay, attempts=lease.job.attempts, error=error)
        return await self._again(lease, "retry", changes, delay)

    async def bury(self, lease: Lease, error: str) -> bool:
        """See `Leases.bury`."""
        return await self._end(lease, DEAD, error)

    async def release(self, lease: Lease) -> bool:
        """See `Leases.release`."""
        changes = self._records.again(lease.job.id, 0, attempts=lease.job.attempts - 1)
        return await self._again(lease, "release", changes, 0)

    async def _end(self, lease: Lease, state: str, error: str | None) -> bool:
        before = await self._records.settle(lease, state, self._records.ended(lease.job.id, state, error=error))
        message = self._let_go(lease)
        if before is None:
            return False
        try:
            await self._give_turn(before)
        except StorageError as trouble:
            # The outcome is stored. The message, or else the next of the group, clears this away.
            log.error("job %s is settled, but keeps its place in its group for now: %s", lease.job.id, trouble)
            return True
        if message is not None:
            await self._messages.delete(message)
        return True

    async def _again(self, lease: Lease, how: str, changes: Item, delay: float) -> bool:
        before = await self._records.settle(lease, how, changes)
        if before is not None:
            # Where this fails, the old message stays, and comes back by itself once it has been kept long enough.
            await self._messages.send(lease.job.id, delay)
        message = self._let_go(lease)
        if before is not None and message is not None:
            await self._messages.delete(message)
        return before is not None

    async def _give_turn(self, settled: Item) -> None:
        """Leave the group, and say so to the next one, which would else be looked at after its pause."""
        following = await self._records.leave_group(settled)
        if following is not None:
            await self._messages.send(following, 0)

    def _let_go(self, lease: Lease) -> Message | None:
        held = self._held.pop(lease.id, None)
        return held[1] if held else None

    async def _later(self, message: Message, item: Item, delay: float) -> None:
        await self._messages.send(item["job_id"], delay)
        await self._messages.delete(message)

    async def _adopted(self, message: Message) -> str | None:
        """The id of the job that somebody else's message becomes; None where it becomes none."""
        if self._adopt is None:
            raise ValueError(f"expected a message that vpclink has put, got {len(message.text)} characters of others")
        try:
            job = self._adopt(message.text)
        except Exception as error:  # one message of others, whatever is wrong with it, must not end the worker
            raise ValueError(f"a message of others was not understood: {type(error).__name__}: {error}") from error
        if job is None:
            return None
        check_envelope(job.kind, job.key, job.group, 0)
        item, _ = await self._records.add(job, 0)
        await self._records.join_group(item)
        return str(item["job_id"])
