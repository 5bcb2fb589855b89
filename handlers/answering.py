"""What was asked → the answer, or the job that gives it later: the same for the slash command and for mentions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.language import _
from bot.report.asking import Ask, HistoryCursor
from bot.report.contexts import HelpText
from bot.report.explain_view import explain_check, explain_log
from bot.report.lists import watch_list
from bot.report.message import Message
from bot.tasks.asking import DOCTOR, LOGS, DoctorAsk, LogsAsk
from handlers import histories, ids, requested, watching
from handlers.alarm_choices import alarm_status
from handlers.edge import Edge
from handlers.forgetting import forget
from handlers.usage import UsageError


@dataclass(frozen=True)
class Asker:
    """Who asks and where. `key` is Slack's own identity of the request: what comes again is the same."""

    channel: str
    user: str
    key: str
    reference: str
    thread_ts: str = ""
    response_url: str = ""

    @property
    def place(self) -> dict[str, Any]:
        """What a job must know to answer."""
        return {
            "channel": self.channel,
            "thread_ts": self.thread_ts,
            "user": self.user,
            "response_url": self.response_url,
            "reference": self.reference,
        }


async def carry_out(asked: requested.Command, asker: Asker, edge: Edge) -> Message | None:
    """The answer, or None where a job gives it. UsageError for what is not understood, RefusedError for the rest."""
    if isinstance(asked, requested.Diagnose):
        await edge.enqueue(Ask(request=asked.request, **asker.place), key=asker.key)
        return None
    if isinstance(asked, requested.Logs):
        request = await edge.guard.admit(asked.request, channel=asker.channel, user=asker.user)
        await edge.enqueue_task(LOGS, LogsAsk(request=request, **asker.place), key=asker.key)
        return None
    if isinstance(asked, requested.Doctor):
        account = await edge.guard.admit_account(asked.account, asked.region, channel=asker.channel, user=asker.user)
        ask = DoctorAsk(region=asked.region, account=account, **asker.place)
        await edge.enqueue_task(DOCTOR, ask, key=asker.key)
        return edge.notice(_("I try every read once; the answer comes in some seconds."))
    if isinstance(asked, requested.StartWatch):
        return edge.message(await watching.start(asked, asker.place, edge))
    if isinstance(asked, requested.EndWatch):
        return edge.message(await watching.end_of(asked, asker.channel, asker.user, edge))
    if isinstance(asked, requested.ListWatches):
        return edge.message(watch_list(await edge.watches.in_channel(asker.channel), edge.workspace_url))
    if isinstance(asked, requested.History):
        reader = histories.Reader(asker.user, asker.channel)
        return edge.message(await histories.page(HistoryCursor(about=asked.api), reader, edge))
    if isinstance(asked, requested.Alarms):
        return await alarm_status(asked, edge, asker.channel, asker.user)
    if isinstance(asked, requested.Forget):
        return await forget(asked, edge, asker.user)
    return edge.message(_said(asked, edge))


def _said(asked: requested.ExplainCheck | requested.ExplainLog | requested.Help | requested.Pick, edge: Edge) -> Any:
    """The context of what needs neither AWS nor the store. UsageError where there is no such check."""
    if isinstance(asked, requested.ExplainLog):
        return explain_log(asked.text)
    if isinstance(asked, requested.ExplainCheck):
        page = explain_check(asked.code)
        if page is None:
            raise UsageError(_("There is no check {code}.", code=asked.code), _("a code from a report, such as TG-01"))
        return page
    return HelpText(command=ids.COMMAND, mention=edge.bot_name, **requested.USAGES)
