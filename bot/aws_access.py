"""What the jobs read AWS with, beside the diagnosis itself: names for the menus, permissions for `doctor`.

boto3 is imported only when it is needed: not every entry point reads AWS.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.config import Accounts
from bot.tasks.doctor import Examine, Reading
from bot.tasks.names import Names


def names_and_permissions(accounts: Accounts) -> tuple[Names, Examine]:
    """What lists names, and what tries every read, in every configured account."""
    from bot.aws.accounts import AccountSessions
    from bot.aws.doctor import examine
    from bot.aws.names import NameLister

    sessions = AccountSessions(accounts)

    def examine_one(region: str, account: str | None) -> Sequence[Reading]:
        return examine(sessions.connection(account, region))

    return NameLister(sessions.connection), examine_one
