"""
Which worker processes are certainly dead.

Every worker keeps a file locked for as long as it lives. The kernel drops the lock with the process, `kill -9`
included, so a file that can be locked proves that its worker is gone. A file that is missing proves nothing: then
the lease decides.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


class Presence:
    """One worker's locked file in a directory beside the database. OSError when it cannot be kept there."""

    def __init__(self, directory: Path) -> None:
        self.id = secrets.token_hex(8)
        self._directory = directory
        self._path = directory / f"{self.id}.lock"
        self._file: int | None = None

    def announce(self) -> None:
        """Lock the file, until `withdraw` or the end of the process."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        unnamed = self._path.with_suffix(".new")
        self._file = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        # Named only once it is locked: nobody may find it free while its worker is starting.
        unnamed.rename(self._path)

    def withdraw(self, *, settled: bool) -> None:
        """Unlock. When jobs are still leased to this worker (`settled=False`), the file stays, so that others know."""
        if self._file is None:
            return
        if settled:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None

    @contextmanager
    def departed(self) -> Iterator[list[str]]:
        """The ids of dead workers. They are forgotten at the end of the block, unless it raises."""
        with ExitStack() as held:
            found = [path for path in self._directory.glob("*.lock") if _lock_if_free(path, held)]
            yield [path.stem for path in found]
            for path in found:
                path.unlink(missing_ok=True)


def _lock_if_free(path: Path, held: ExitStack) -> bool:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    held.callback(os.close, file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
