"""One SQLite file behind one thread: every call is a transaction, and is on disk when it returns."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bot.store.errors import StorageBusy, StorageError, StorageFull
from bot.store.schema import migrate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

OLDEST_SQLITE = (3, 37, 0)
"""RETURNING came with 3.35, STRICT tables with 3.37 (SQLite: changes.html)."""

_RETRY_SECONDS = 0.005


class Database:
    """
    A SQLite file that the job queue and the store may share; several processes on one machine may open it.

    `busy_seconds` is how long a call waits while another process writes. It stays below the three seconds in which
    Slack wants an answer. `sleep` is that waiting, called on the database's own thread.
    The file must not stand on a network file system (SQLite: wal.html).
    """

    def __init__(
        self, path: Path | str, *, busy_seconds: float = 2.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.path = Path(path).absolute()
        self._busy_seconds = busy_seconds
        self._sleep = sleep
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vpclink-database")

    async def open(self) -> None:
        """Open the file and bring its tables up to date now, so that a bad path fails at the start. StorageError."""
        await self.read(lambda _: None)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent view of the file. StorageError and its kinds."""
        return await self._call("BEGIN", work)

    async def write(self, work: Work[T]) -> T:
        """
        Run `work` as one transaction: all of it is synced to disk when this returns, or nothing of it is kept.

        A cancelled caller does not stop a transaction that was handed over. StorageError and its kinds.
        """
        return await self._call("BEGIN IMMEDIATE", work)

    async def close(self) -> None:
        """Finish what was handed over and close the file. Closing twice is harmless."""
        try:
            closing = asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        except RuntimeError:  # the thread has ended: it is closed already
            return
        await asyncio.shield(closing)
        self._thread.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _call(self, begin: str, work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(self._thread, self._patiently, begin, work)
        except RuntimeError as error:
            raise StorageError(f"{self.path}: expected an open database, this one was closed") from error
        return await asyncio.shield(future)

    def _patiently(self, begin: str, work: Work[T]) -> T:
        waited = 0.0
        while True:
            try:
                return self._transact(begin, work)
            except sqlite3.Error as error:
                problem = self._explain(error)
                if not isinstance(problem, StorageBusy) or waited >= self._busy_seconds:
                    raise problem from error
            self._sleep(_RETRY_SECONDS)
            waited += _RETRY_SECONDS

    def _transact(self, begin: str, work: Work[T]) -> T:
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _connect(self) -> sqlite3.Connection:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            wanted = ".".join(map(str, OLDEST_SQLITE))
            raise StorageError(f"expected SQLite {wanted} or newer, this Python has {sqlite3.sqlite_version}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Reports hold log excerpts: the file is its owner's alone, and SQLite gives its side files the same mode.
            self.path.touch(mode=0o600)
        except OSError as error:
            raise StorageError(f"{self.path}: expected a path that can be written; {error.strerror}") from error
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        try:
            self._configure(connection)
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StorageError(f"{self.path}: expected a local disk; SQLite's write-ahead log does not work here")
        # FULL syncs the log at every commit: without it a commit could be lost with the power (SQLite: pragma.html).
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten, and not only unlinked

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _explain(self, error: sqlite3.Error) -> StorageError:
        # The low byte is the primary result code; the rest says which flavour (SQLite: rescode.html).
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StorageBusy(f"{self.path}: another process was writing for more than {self._busy_seconds:g} s")
        if code == sqlite3.SQLITE_FULL:
            return StorageFull(f"{self.path}: no room left on the disk; nothing was stored")
        if code == sqlite3.SQLITE_NOTADB:
            return StorageError(f"{self.path}: expected a SQLite database, this file is something else")
        return StorageError(f"{self.path}: {error}")
