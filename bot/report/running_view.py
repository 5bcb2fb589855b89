"""What the run's message says while there is no verdict: progress, an interruption, our own failure, a closed door."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.diagnosis.evidence import Evidence, Key
from bot.language import _, marked
from bot.report import contexts as c
from bot.report.asking import Ask, encode_rerun
from bot.report.naming import subject_asked
from bot.report.progress import steps

INTERRUPTED: Final = marked("Interrupted by a restart of vpclink. It will be finished after the restart.")


def progress_view(ask: Ask, evidence: Evidence | None, pending: frozenset[Key], turn: int) -> c.Progress:
    """The live view of what is known so far."""
    return c.Progress(subject_asked(ask.request), steps(evidence, pending), ask.user, "", turn)


def interrupted_view(ask: Ask, turn: int) -> c.Progress:
    """The process ends; the job is kept."""
    waiting = tuple(replace(step, state="pending", reading="") for step in steps(None))
    return c.Progress(subject_asked(ask.request), waiting, ask.user, _(INTERRUPTED), turn)


def failed_view(ask: Ask, run_id: str, *, again: bool = False, reason: str = "") -> c.Failed:
    """We failed; see `Failed`."""
    return c.Failed(
        subject=subject_asked(ask.request),
        reason=reason,
        reference=ask.reference or run_id[:8],
        again=again,
        buttons=c.Buttons(rerun="" if again else encode_rerun(run_id, ask.request)),
    )


def refused_view(ask: Ask, code: str, bot_name: str) -> c.Notice:
    """Slack does not let the bot write there; `code` is its word for the reason."""
    if code in {"not_in_channel", "channel_not_found"}:
        text = _("I am not in this channel. Write /invite @{bot} here, and ask again.", bot=bot_name)
    else:
        text = _("Slack does not let me write here ({code}). Ask me in another channel.", code=code)
    return c.Notice(text, reference=ask.reference)
