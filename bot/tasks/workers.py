"""Who does which of these jobs."""

from __future__ import annotations

from bot.access import Guard
from bot.diagnosis.engine import Clock
from bot.kinds import KindOfWorker
from bot.reading import SharedReadings
from bot.report.uploads import Uploads
from bot.store.catalogue import Catalogue
from bot.store.health import Examinations
from bot.store.interface import Store
from bot.store.reports import Reports
from bot.tasks.answering import Answers
from bot.tasks.asking import CATALOGUE, DOCTOR, EXPORT, LOGS
from bot.tasks.doctor import Doctor, Examine
from bot.tasks.files import FileExport
from bot.tasks.fresh_logs import FreshLogs
from bot.tasks.names import NameReader, Names


def task_workers(
    *,
    store: Store,
    answers: Answers,
    readings: SharedReadings,
    uploads: Uploads,
    clock: Clock,
    examine: Examine,
    names: Names,
    guard: Guard,
) -> dict[str, KindOfWorker]:
    """The worker of each kind of job that is no diagnosis."""
    reports = Reports(store)
    return {
        LOGS: FreshLogs(answers, readings, reports, guard),
        DOCTOR: Doctor(answers, examine, Examinations(store.values), clock),
        EXPORT: FileExport(answers, uploads, store.runs, reports),
        CATALOGUE: NameReader(names, Catalogue(store.values), clock),
    }
