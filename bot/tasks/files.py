"""`export` and the download of the logs modal: files in the thread, with every secret taken out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from bot.diagnosis.model import Report
from bot.diagnosis.redaction import redact
from bot.jobs.interface import Job
from bot.language import _, marked
from bot.log_lines import referring
from bot.report import contexts as c
from bot.report.poster import Place
from bot.report.uploads import File, Uploads
from bot.report.wording import date_time
from bot.store.interface import Runs
from bot.store.reports import Reports
from bot.tasks.answering import GIVEN_UP, Answers, log
from bot.tasks.asking import ExportAsk

GONE = marked("That run is no longer kept, so there is nothing to export. Press Re-run first.")
BUNDLE = marked(
    "The report as JSON, and the evidence that it was judged from: `vpclink replay` judges it again. Secrets are out."
)
REFUSED = marked(
    "Slack did not take the files. An app that was installed before it asked for files:write must be installed again."
)
LINES = marked("The log lines of the failing requests, redacted.")


@dataclass(frozen=True)
class FileExport:
    """Does `export` jobs."""

    answers: Answers
    uploads: Uploads
    runs: Runs
    reports: Reports

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        ask = ExportAsk.model_validate(job.body)
        with referring(ask.reference):
            report = await self.reports.get(ask.run)
            if report is None:
                await self.answers.privately(job, ask, c.Notice(_(GONE)))
                return
            base = f"{_plain(report.request.api_name or report.request.api)}-{_plain(report.request.stage)}"
            mine = f"{base}-{{}}-{job.id[:8]}"
            if ask.what == "logs":
                files, comment = (
                    [_file(f"{mine.format('logs')}.log", _("{name} logs", name=base), log_text(report))],
                    _(LINES),
                )
            else:
                files, comment = [file async for file in self._bundle(ask.run, report, base, mine)], _(BUNDLE)
            place = Place(ask.channel, ask.thread_ts)
            if not await self.uploads.ensure(job.id, "files", place, files, comment):
                await self.answers.privately(job, ask, c.Notice(_(REFUSED), reference=ask.reference))

    async def on_dead(self, job: Job, error: str) -> None:
        """Tell whoever asked."""
        ask = ExportAsk.model_validate(job.body)
        log.error("an export was given up: %s", error)
        await self.answers.privately(job, ask, c.Notice(_(GIVEN_UP), reference=ask.reference))

    async def _bundle(self, run: str, report: Report, base: str, mine: str) -> AsyncIterator[File]:
        yield _file(f"{mine.format('report')}.json", _("{name} report", name=base), report.to_json())
        evidence = await self.runs.evidence(run)
        if evidence:
            yield _file(f"{mine.format('evidence')}.json", _("{name} evidence", name=base), evidence)


def _file(name: str, title: str, text: str) -> File:
    return File(name, text.encode(), title)


def log_text(report: Report) -> str:
    """Every line of the report's failing requests, newest request first."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for logged in report.logs:
        yield f"# {date_time(logged.at)} {logged.signature or ''} {logged.label} {logged.request_id}"
        # Redacted when it was read; a line of an older database goes through the redactor of today.
        yield from map(redact, logged.lines)
        yield ""


def _plain(name: str) -> str:
    """A name as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:60].strip("-.") or "api"
