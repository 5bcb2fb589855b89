"""Puts pictures into a report's thread: the drawn path, and the chart of failures. Without them it is complete, too."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Report, State
from bot.language import _
from bot.report.chart_view import chart_block, chart_picture, trends_of
from bot.report.contexts import ChartPicture, PathPicture
from bot.report.path_picture import path_picture
from bot.report.pictures import Painter, PictureError
from bot.report.poster import Place, Poster
from bot.report.render import Renderer
from bot.report.uploads import File, Uploads

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Illustrator:
    """Draws and shares."""

    painter: Painter
    uploads: Uploads
    poster: Poster
    renderer: Renderer

    async def illustrate(self, run_id: str, thread: Place, report: Report, evidence: Evidence | None) -> None:
        """Put into the thread what is worth a picture.

        The chart is Slack's own where Slack takes it, so that it can be pointed at; else it is a picture, too.
        """
        if report.verdict.state is State.NO_FAULT_FOUND or len(report.path) < 2:
            return
        drawings: list[tuple[str, str, PathPicture | ChartPicture]] = [
            (f"path-{run_id[:12]}.png", _("The path"), path_picture(report))
        ]
        trends = trends_of(report, evidence)
        if trends:
            chart = self.renderer.message(chart_block(report, trends))
            if not await self.poster.offer(run_id, "chart", thread, chart):
                drawings.append((f"chart-{run_id[:12]}.png", _("Failures over time"), chart_picture(report, trends)))
        try:
            painted = [(name, title, await self.painter.paint(drawing)) for name, title, drawing in drawings]
        except PictureError as error:
            log.error("run %s has no pictures: %s", run_id, error)
            return
        files = [File(name, picture.png, title, picture.alt) for name, title, picture in painted]
        await self.uploads.ensure(run_id, "pictures", thread, files)
