"""Who asked for a probe of which run: the body of a `probe` job. It names no address: those come from the evidence."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bot.language import spoken

PROBE: Final = "probe"
"""The kind of the jobs whose body is a `ProbeAsk`."""
FRESH_MINUTES = 60
"""How old a run may be: targets come and go with deployments, and their addresses go to others."""


class ProbeAsk(BaseModel):
    """One press of Probe now. `message_ts` is the report's message, `thread_ts` the thread that holds it, if any."""

    model_config = ConfigDict(frozen=True)

    run: str
    channel: str
    message_ts: str
    thread_ts: str = ""
    user: str = ""
    response_url: str = ""
    reference: str = ""
    language: str = Field(default_factory=spoken)
    """The language to answer in: that of the task that asks."""

    @property
    def thread(self) -> str:
        """Where the answer goes."""
        return self.thread_ts or self.message_ts
