"""What a watch says in its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.parts import Context, Headline, Subject


@dataclass(frozen=True)
class WatchStarted(Context):
    """The first message: what is watched, how often, and how it looks now. `watch` is the watch's id."""

    template: ClassVar[str] = "watch_started"
    subject: Subject
    every: str
    asker: str
    now: Headline
    watch: str


@dataclass(frozen=True)
class WatchChanged(Context):
    """The verdict is another one than at the last check. `request` is what Diagnose carries."""

    template: ClassVar[str] = "watch_changed"
    subject: Subject
    before: str
    now: Headline
    at: str
    request: str
    watch: str


@dataclass(frozen=True)
class WatchEnded(Context):
    """The watch is over. `failures` counts the checks that failed one after the other; 0 where a person ended it."""

    template: ClassVar[str] = "watch_ended"
    subject: Subject
    user: str
    failures: int
    reason: str
