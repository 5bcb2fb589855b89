"""The alarm leaves something open: which stage, or which of several APIs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.diagnosis.model import Request
from bot.report import contexts as c
from bot.report.asking import encode_request
from bot.report.limits import BUTTON_TEXT, clip, limited
from bot.responding.subject import Subject

_MOST_CHOICES: Final = 5


def question(alarm: str, subject: Subject, requests: Sequence[Request]) -> c.AlarmQuestion:
    """Which of these requests is meant? Without any, what was looked for in vain."""
    choices = [c.Choice(clip(f"{one.api} / {one.stage}", BUTTON_TEXT), encode_request(one)) for one in requests]
    shown = limited([choice for choice in choices if choice.value], _MOST_CHOICES)
    if len(subject.apis) > 1:
        text = "watches several APIs or stages. Which one shall I diagnose?"
    elif requests:
        text = f"names no stage of {_api(subject)}. Which one shall I diagnose?"
    else:
        text = f"is about {_api(subject)}, and in {subject.region} I find no such API with a stage."
    return c.AlarmQuestion(clip(alarm, 80), text, shown.items, shown.more)


def _api(subject: Subject) -> str:
    return " or ".join(clip(api.name or api.id or "", 80) for api in subject.apis)
