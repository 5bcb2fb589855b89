"""`forget`: deletes stored runs, for those whom the configuration names as administrators."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from bot.access import RefusedError
from bot.access.rules import WhoCan
from bot.language import _, plural
from bot.log_lines import event
from bot.report.message import Message
from handlers.edge import Edge
from handlers.requested import Forget

log = logging.getLogger(__name__)


async def forget(asked: Forget, edge: Edge, user: str) -> Message:
    """Forget, and say how many runs. RefusedError for everybody but an administrator; without one, for everybody."""
    if not await edge.guard.is_administrator(user):
        named = edge.guard.accounts.config.access.administrators
        raise RefusedError(
            _("Only administrators of vpclink may forget reports here."), who=WhoCan(named.users, named.groups)
        )
    if asked.api_id:
        count = await edge.store.forget_api(asked.api_id)
    else:
        count = await edge.store.forget_before(datetime.now(UTC) - timedelta(days=asked.days or 0))
    event(log, "runs forgotten", runs=count, api=asked.api_id, days=asked.days, user=user)
    return edge.notice(
        plural(
            "{count} run forgotten, with reports and evidence. What stands in channels stays there.",
            "{count} runs forgotten, with reports and evidence. What stands in channels stays there.",
            count,
        )
    )
