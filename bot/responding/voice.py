"""Saying things about an alarm: in its thread, in the channel where no relay has posted it, or to its asker alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.diagnosis.model import Gap
from bot.language import _
from bot.report import contexts as c
from bot.report.poster import Place, Poster
from bot.report.render import Renderer
from bot.report.wording import clock_time
from bot.responding import lines
from bot.responding.asking import AlarmAsk
from bot.responding.channels import PRESETS, AlarmChannels, Shown, Snooze

CARD = "alarm"
"""The part of a job that is the alarm's own message, where we post it."""
INTRO = "about"
"""The part of a job that is the first line in the alarm's thread."""


@dataclass(frozen=True)
class Voice:
    """Every sentence is a part of a job, so that it is said once, however often the job is delivered."""

    poster: Poster
    renderer: Renderer
    channels: AlarmChannels

    async def announced(self, job: str, ask: AlarmAsk) -> AlarmAsk:
        """The ask with the message that shows its alarm: the relay's, or else one that is posted now."""
        if ask.ts:
            return ask
        posted = await self.poster.ensure(
            job, CARD, Place(ask.channel), self.renderer.message(lines.card(ask)), urgent=True
        )
        return ask.model_copy(update={"ts": posted.ts})

    async def introduce(self, job: str, ask: AlarmAsk, notes: tuple[str, ...]) -> None:
        """The first line in the alarm's thread: what was understood of it, and how to snooze it."""
        name, region = ask.alarm.alarm_name or _("This alarm"), ask.alarm.region or ""
        shown = Shown(ask.channel, ask.identity, name, region, clock_time(ask.when), notes)
        await self.channels.show(shown)
        await self.say(job, INTRO, ask, intro(shown))

    async def say(self, job: str, part: str, ask: AlarmAsk, what: c.Context, *, thread: str = "") -> None:
        """Say something in the alarm's thread, or in another one."""
        place = Place(ask.channel, thread or ask.thread)
        await self.poster.ensure(job, part, place, self.renderer.message(what))

    async def keep_current(self, job: str, part: str, ask: AlarmAsk, what: c.Context, *, thread: str) -> None:
        """Say something that changes: where it stands already, it is edited."""
        message = self.renderer.message(what)
        posted = await self.poster.ensure(job, part, Place(ask.channel, thread), message)
        if not posted.fresh:
            await self.poster.turn(ask.channel)
            await self.poster.update(ask.channel, posted.ts, message)

    async def tell_asker(self, ask: AlarmAsk, text: str, gap: Gap | None = None) -> None:
        """Say something to whoever used the shortcut, to nobody else."""
        if ask.response_url:
            sentences = [text]
            if gap:
                sentences.append(_("{action} did not succeed: {reason}.", action=gap.action, reason=gap.reason.value))
            await self.poster.answer(ask.response_url, self.renderer.message(c.Notice(" ".join(sentences))))


def intro(shown: Shown, snooze: Snooze | None = None) -> c.AlarmIntro:
    """The first line in an alarm's thread, as it stands now."""
    return c.AlarmIntro(
        alarm=shown.name,
        since=shown.since,
        notes=shown.notes,
        identity=shown.identity,
        presets=tuple(c.Choice(_(label), value) for value, label in PRESETS.items()),
        snoozed_by=snooze.by if snooze else "",
        snoozed_until=lines.until(snooze) if snooze else "",
    )
