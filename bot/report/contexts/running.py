"""The message while a diagnosis runs, and when we fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.report.contexts.parts import Buttons, Context, Subject


@dataclass(frozen=True)
class Step:
    """One station of the reading. `reading` names the calls that are under way."""

    id: str
    title: str
    state: Literal["pending", "in_progress", "complete", "error"]
    reading: str = ""


@dataclass(frozen=True)
class Progress(Context):
    """The live view. `note` says what is unusual, such as an interruption. `turn` changes with every edit."""

    template: ClassVar[str] = "progress"
    subject: Subject
    steps: tuple[Step, ...]
    asker: str
    note: str
    turn: int


@dataclass(frozen=True)
class Failed(Context):
    """We failed, not AWS. `again` says that the bot tries again by itself; else Re-run is offered.

    `reason` is for what the asker can change, such as an account that nobody configured; then nothing is tried again.
    """

    template: ClassVar[str] = "failed"
    subject: Subject
    reason: str
    reference: str
    again: bool
    buttons: Buttons
