"""Everything that changes while the local Slack runs."""

from __future__ import annotations

from bot.demo.slack.changes import Changes
from bot.demo.slack.clock import Clock
from bot.demo.slack.faults import Faults
from bot.demo.slack.journal import Journal
from bot.demo.slack.json_types import Json
from bot.demo.slack.rate_limits import RateLimiter, RateLimits
from bot.demo.slack.state.conversations import Conversations
from bot.demo.slack.state.files import Files
from bot.demo.slack.state.ids import Ids
from bot.demo.slack.state.messages import Messages
from bot.demo.slack.state.tickets import Tickets
from bot.demo.slack.state.views import Views
from bot.demo.slack.workspace import Workspace


class State:
    """The stores, and what they share. `reset` empties them; connections and request URLs outlive it."""

    def __init__(
        self, workspace: Workspace, clock: Clock, rate_limits: RateLimits, *, processing_seconds: float
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        self.processing_seconds = processing_seconds
        self.base_url = ""
        self.changes = Changes()
        self.ids = Ids(clock)
        self.journal = Journal(clock, self.changes)
        self.faults = Faults()
        self.rate_limiter = RateLimiter(clock, rate_limits)
        self.request_urls = {app.app_id: app.request_url for app in workspace.apps}
        self._fill()

    def _fill(self) -> None:
        self.conversations = Conversations(self.workspace.channels)
        self.messages = Messages()
        self.files = Files()
        self.views = Views()
        self.tickets = Tickets(self.clock, self.ids)
        # What a person chose in a message or view, by container and person: block id → action id → value.
        self.inputs: dict[tuple[str, str], Json] = {}
        # The options last offered by an external select: container, block id and action id → options.
        self.suggestions: dict[tuple[str, str, str], list[Json]] = {}
        # The status lines of assistant.threads.setStatus: channel and thread → status.
        self.statuses: dict[tuple[str, str], Json] = {}

    def reset(self) -> None:
        """Back to the workspace as it was configured."""
        self._fill()
        self.journal.clear()
        self.faults.clear()
        self.rate_limiter.clear()
        self.changes.notify()

    def file_ready(self, file_id: str) -> bool:
        """Whether a file is there and processed, so that an image block may show it."""
        file = self.files.get(file_id)
        return file is not None and file.is_ready(self.clock.now())
