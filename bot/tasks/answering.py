"""How these jobs answer: in the thread that was asked in, or to the caller alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.jobs.interface import Job
from bot.language import _, marked
from bot.report import contexts as c
from bot.report.message import Message
from bot.report.poster import Place, Poster, UnreachableError
from bot.report.render import Renderer
from bot.tasks.asking import Asked

log = logging.getLogger(__name__)

GIVEN_UP = marked("I gave up after several attempts. This says nothing about your API.")


@dataclass(frozen=True)
class Answers:
    """Says things for these jobs, each part once."""

    poster: Poster
    renderer: Renderer

    async def privately(self, job: Job, asked: Asked, context: c.Context) -> None:
        """To the caller alone where they used the slash command; in the thread where they asked in one."""
        message = self.renderer.message(context)
        told = not asked.thread_ts and asked.response_url and await self.poster.answer(asked.response_url, message)
        if not told:
            await self._post(job, asked, message)

    async def openly(self, job: Job, asked: Asked, context: c.Context) -> None:
        """Where everybody in the channel sees it, in the thread that was asked in."""
        await self._post(job, asked, self.renderer.message(context))

    async def _post(self, job: Job, asked: Asked, message: Message) -> None:
        try:
            await self.poster.ensure(job.id, "answer", Place(asked.channel, asked.thread_ts), message)
        except UnreachableError as error:
            await self.refused(asked, error)

    async def refused(self, asked: Asked, error: UnreachableError) -> None:
        """Slack does not let the bot write there: said where only the caller sees it."""
        log.warning("an answer cannot be shown: %s", error.code)
        if asked.response_url:
            words = _(
                "Slack does not let me write here ({code}). Write /invite for me in the channel, and ask again.",
                code=error.code,
            )
            await self.poster.answer(asked.response_url, self.renderer.message(c.Notice(words, "", asked.reference)))
