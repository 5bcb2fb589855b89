"""What a wrapping holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrapped:
    """One inner payload, and what its wrapping says of it."""

    payload: object
    topic_region: str | None = None
    subject: str | None = None
