"""App Home: what a person sees who opens the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.answers import RunLine, WatchLine
from bot.report.contexts.parts import Context


@dataclass(frozen=True)
class PlaceLine:
    """What `doctor` saw in one region and account."""

    region: str
    account: str
    at: str
    allowed: int
    denied: int
    unknown: int
    value: str
    """What the button carries that looks again."""


@dataclass(frozen=True)
class HomeSnooze:
    """An alarm that is left alone for a while. `value` is what the button carries that ends it."""

    alarm: str
    channel: str
    by: str
    until: str
    value: str


@dataclass(frozen=True)
class HomeView(Context):
    """Recent reports, watches, snoozes, and what may be read. `doctor` is what the button of a first look carries."""

    template: ClassVar[str] = "home_view"
    command: str
    runs: tuple[RunLine, ...]
    watches: tuple[WatchLine, ...]
    more_watches: int
    places: tuple[PlaceLine, ...]
    doctor: str
    snoozes: tuple[HomeSnooze, ...]
    quiet: tuple[str, ...]
    """Ids of the channels in which alarms are left alone."""
