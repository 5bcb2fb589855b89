"""The alarm leaves something open: which stage, or which of several APIs."""

from __future__ import annotations

from typing import Final

from bot.report import contexts as c
from bot.report.asking import encode_request
from bot.report.limits import BUTTON_TEXT, clip, limited
from bot.report.wording import listed
from bot.responding.resolving import Resolution
from bot.responding.subject import Subject

_MOST_CHOICES: Final = 5


def question(alarm: str, subject: Subject, resolution: Resolution) -> c.AlarmQuestion:
    """Which of these requests is meant? Without any, what was looked for in vain."""
    choices = [
        c.Choice(clip(option.label, BUTTON_TEXT), encode_request(option.request)) for option in resolution.options
    ]
    shown = limited([choice for choice in choices if choice.value], _MOST_CHOICES)
    names = listed([clip(api.name or api.id or "", 80) for api in subject.apis])
    if not resolution.options:
        text = f"is about {names}, and in {subject.region} I find no such API with a stage."
    elif resolution.reason == "names":
        text = f"is about {names}: several APIs have this name and share one metric. Which one shall I diagnose?"
    elif resolution.reason == "stage":
        text = f"names no stage of {names}. Which one shall I diagnose?"
    else:
        text = "watches several APIs or stages. Which one shall I diagnose?"
    return c.AlarmQuestion(clip(alarm, 80), text, shown.items, shown.more)
