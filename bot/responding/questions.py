"""The alarm leaves something open: which stage, or which of several APIs."""

from __future__ import annotations

from typing import Final

from bot.language import _
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
        text = _(
            "is about {names}, and in {region} I find no such API with a stage.", names=names, region=subject.region
        )
    elif resolution.reason == "names":
        text = _(
            "is about {names}: several APIs have this name and share one metric. Which one shall I diagnose?",
            names=names,
        )
    elif resolution.reason == "stage":
        text = _("names no stage of {names}. Which one shall I diagnose?", names=names)
    else:
        text = _("watches several APIs or stages. Which one shall I diagnose?")
    return c.AlarmQuestion(clip(alarm, 80), text, shown.items, shown.more)
