"""What the jobs read AWS with, beside the diagnosis itself: names for the menus, permissions for `doctor`.

boto3 is imported within the functions: not every entry point reads AWS.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.reading import CannotReadError
from bot.tasks.doctor import Examine
from bot.tasks.names import Names


def names() -> Names:
    """What reads the names of APIs with the credentials of this process; boto3 is imported only when it is needed."""
    import boto3

    from bot.aws.names import NameLister

    return NameLister(boto3.Session())


def examine() -> Examine:
    """What tries every read with the credentials of this process; boto3 is imported only when it is needed."""
    import boto3

    from bot.aws.connection import Connection
    from bot.aws.doctor import Reading
    from bot.aws.doctor import examine as try_every_read

    session = boto3.Session()

    def of(region: str, account: str | None) -> Sequence[Reading]:
        if account:
            raise CannotReadError(f"The account {account} is not configured here. Leave --account out.")
        return try_every_read(Connection(session, region))

    return of
