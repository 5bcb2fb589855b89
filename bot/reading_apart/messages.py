"""What the service and the process that reads for it say to each other.

A message is a pickle behind its length. Both ends are the same program, and nobody else holds the pipe between them.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.diagnosis.model import Request

LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True)
class Order:
    """Read this. `reference` stands in the log lines."""

    number: int
    request: Request
    deadline: float
    reference: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of an order so far: `progress` (evidence, pending), then once `done` (evidence), or a text why not."""

    number: int
    kind: Literal["progress", "done", "cannot-read", "failed"]
    content: Any


def pack(message: object) -> bytes:
    """The message as it travels."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(content)) + content
