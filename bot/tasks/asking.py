"""Who asked for what: the bodies of these jobs. Empty strings mean "none"."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.diagnosis.model import Request
from bot.language import spoken

LOGS: Final = "logs"
DOCTOR: Final = "doctor"
EXPORT: Final = "export"
CATALOGUE: Final = "catalogue"


class Asked(BaseModel):
    """Where the answer goes: into the thread, or without one to the caller alone (`response_url`)."""

    model_config = ConfigDict(frozen=True)

    channel: str
    thread_ts: str = ""
    user: str = ""
    response_url: str = ""
    """Where what only the caller should see goes (five uses in thirty minutes)."""
    reference: str = ""
    language: str = Field(default_factory=spoken)
    """The language to answer in: that of the task that asks."""


class LogsAsk(Asked):
    """Show the latest failing requests."""

    request: Request


class DoctorAsk(Asked):
    """Try every read once, in one region and account."""

    region: str
    account: str | None = None


class ExportAsk(Asked):
    """Put files of a run into the thread: evidence and report, or the log lines alone."""

    run: str
    what: Literal["bundle", "logs"]


class CatalogueAsk(BaseModel):
    """Read the names of APIs again, or with `api` (an id) those of its stages and routes."""

    model_config = ConfigDict(frozen=True)

    region: str
    account: str | None = None
    api: str = ""
