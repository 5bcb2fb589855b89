"""What the service and the process that reads for it say to each other.

A message is a pickle behind its length. Both ends are the same program, and nobody else holds the pipe between them.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.diagnosis.evidence import Evidence, Key
from bot.diagnosis.model import Request
from bot.language import ENGLISH

LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True)
class Order:
    """Read this, or of it these sources alone.

    `reference` stands in the log lines; `trace` says to which span it belongs; `language` is that of whoever asks, to
    whom is said why an account cannot be read.
    """

    number: int
    request: Request
    deadline: float
    only: frozenset[str] | None = None
    reference: str = ""
    trace: dict[str, str] = field(default_factory=dict)
    language: str = ENGLISH


@dataclass(frozen=True)
class Answer:
    """What came of an order: `progress` as often as something was read, then once any of the others.

    `progress` and `done` carry evidence that holds only what is new since the answer before; what is being read is
    `pending`. The others say in `why` what went wrong. `calls` to AWS, by service and outcome, come with the last one.
    """

    number: int
    kind: Literal["progress", "done", "cannot-read", "failed"]
    evidence: Evidence | None = None
    pending: frozenset[Key] = frozenset()
    why: str = ""
    calls: Mapping[tuple[str, str], float] = field(default_factory=dict)


def pack(message: object) -> bytes:
    """The message as it travels."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(content)) + content
