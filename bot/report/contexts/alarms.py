"""What stands in an alarm's thread beside the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.parts import Choice, Context, Link


@dataclass(frozen=True)
class AlarmLine(Context):
    """One line about an alarm: `mark`, the alarm or another message, and what there is to say of it.

    In `text`, backticks mean inline code.
    """

    template: ClassVar[str] = "alarm_line"
    mark: str
    about: Link
    text: str


@dataclass(frozen=True)
class AlarmQuestion(Context):
    """The alarm leaves open which API or stage is meant; the choices are buttons."""

    template: ClassVar[str] = "alarm_question"
    alarm: str
    text: str
    choices: tuple[Choice, ...]
    more: int
