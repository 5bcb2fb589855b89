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


@dataclass(frozen=True)
class AlarmIntro(Context):
    """The first line of an alarm's thread: since when it rings, what was understood of it, and how to snooze it.

    `presets` are values and labels of a menu whose choices carry `identity`. Where it is snoozed, `snoozed_by` is a
    user's id.
    """

    template: ClassVar[str] = "alarm_intro"
    alarm: str
    since: str
    notes: tuple[str, ...]
    identity: str
    presets: tuple[Choice, ...]
    snoozed_by: str = ""
    snoozed_until: str = ""


@dataclass(frozen=True)
class AlarmCard(Context):
    """An alarm that no relay has posted: `reason` is CloudWatch's own."""

    template: ClassVar[str] = "alarm_card"
    alarm: Link
    where: str
    since: str
    reason: str


@dataclass(frozen=True)
class StormLine:
    """What one API and stage has of a storm."""

    subject: str
    alarms: int


@dataclass(frozen=True)
class AlarmStorm(Context):
    """Many alarms at once, in one message. `diagnosed` links to the alarms that have a diagnosis of their own."""

    template: ClassVar[str] = "alarm_storm"
    total: int
    over: int
    since: str
    lines: tuple[StormLine, ...]
    more: int
    diagnosed: tuple[Link, ...]
    command: str


@dataclass(frozen=True)
class AlarmList(Context):
    """The names of a storm's alarms, for its thread."""

    template: ClassVar[str] = "alarm_list"
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class SnoozeLine:
    """One snooze, with the button that ends it."""

    alarm: str
    by: str
    until: str
    identity: str


@dataclass(frozen=True)
class AlarmStatus(Context):
    """Whether alarms are answered in this channel, who chose it, and what is snoozed."""

    template: ClassVar[str] = "alarm_status"
    on: bool
    by: str
    at: str
    snoozes: tuple[SnoozeLine, ...]
    more: int
    command: str
