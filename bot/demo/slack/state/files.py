"""Files, from the upload URL to the processed file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class StoredFile:
    """A file. It is `ready` only some time after its upload was completed: Slack processes files asynchronously."""

    id: str
    app_id: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    ready_at: float | None = None
    channels: tuple[str, ...] = ()
    created: int = 0

    def is_ready(self, now: float) -> bool:
        """Whether an image block may show it and `files.info` knows its type."""
        return self.ready_at is not None and now >= self.ready_at


class Files:
    """All files by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def __iter__(self) -> Iterator[StoredFile]:
        return iter(self._by_id.values())

    def put(self, file: StoredFile) -> None:
        """Add or replace a file."""
        self._by_id[file.id] = file

    def get(self, file_id: str) -> StoredFile | None:
        """The file with that id."""
        return self._by_id.get(file_id)
