"""The guard: every request passes it before it becomes a job, and again before it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.access.groups import Groups, NoGroups
from bot.access.rules import WhoCan, concerning, lets_alarms, who_can
from bot.config.accounts import Accounts, UnknownAccountError
from bot.config.model import Config, Rule
from bot.diagnosis.model import Request
from bot.language import _
from bot.reading import CannotReadError


class RefusedError(CannotReadError):
    """The request is not allowed, or names what is not configured; `who` can, `expected` would have been understood."""

    def __init__(self, problem: str, expected: str = "", who: WhoCan | None = None) -> None:
        self.problem = problem
        self.expected = expected
        self.who = who or WhoCan()
        told = _("{problem} Expected: {expected}.", problem=problem, expected=expected) if expected else problem
        super().__init__(f"{told} {self.who}".strip())


@dataclass(frozen=True)
class Guard:
    """Settles which account a request means, and lets it pass or not. Fails closed: an unknown group has no members."""

    accounts: Accounts = field(default_factory=lambda: Accounts(Config()))
    groups: Groups = field(default_factory=NoGroups)

    async def admit(self, request: Request, *, channel: str, user: str) -> Request:
        """The request with its account's id. `user` is empty for an alarm that nobody asked about. RefusedError."""
        account = await self.admit_account(request.account, request.region, channel=channel, user=user)
        return request.model_copy(update={"account": account})

    async def admit_account(self, given: str | None, region: str, *, channel: str, user: str) -> str | None:
        """The id of the account of this name or id, as `admit` settles it. RefusedError."""
        try:
            account = self.accounts.settled(given, region, channel)
        except UnknownAccountError as error:
            raise RefusedError(error.problem, error.expected) from error
        await self.admit_to(account, channel=channel, user=user)
        return account

    async def admit_to(self, account: str | None, *, channel: str, user: str) -> None:
        """Let pass what is about this account (its id; None is our own, where none is configured). RefusedError."""
        rules = self.accounts.config.access.allow
        if not rules:
            return
        name = self.accounts.name_of(account)
        here = concerning(rules, name, channel)
        if user:
            allowed, unread = await self._any_for(user, here)
        else:
            allowed, unread = any(lets_alarms(rule) for rule in here), False
        if not allowed:
            problem = _for_person(name) if user else _for_alarms(name)
            if unread:
                groups = _("I cannot read the user groups of Slack (usergroups:read) that could allow it.")
                problem = f"{problem} {groups}"
            raise RefusedError(problem, who=who_can(rules, name, channel))

    async def is_administrator(self, user: str) -> bool:
        """Whether the rules name this user as an administrator. Without such rules, nobody is."""
        administrators = self.accounts.config.access.administrators
        return user in administrators.users or (await self._in_any(user, administrators.groups))[0]

    async def _any_for(self, user: str, rules: Sequence[Rule]) -> tuple[bool, bool]:
        for rule in rules:
            if not rule.names_people or user in rule.users:
                return True, False
        return await self._in_any(user, dict.fromkeys(group for rule in rules for group in rule.groups))

    async def _in_any(self, user: str, groups: Iterable[str]) -> tuple[bool, bool]:
        """Whether the user is in one of the groups, and whether one of them could not be read."""
        unread = False
        for group in groups:
            members = await self.groups.members(group)
            if members is None:
                unread = True
            elif user in members:
                return True, False
        return False, unread


def _for_person(account: str | None) -> str:
    if account:
        return _("You may not ask about the account {account} in this channel.", account=account)
    return _("You may not ask about this account in this channel.")


def _for_alarms(account: str | None) -> str:
    if account:
        return _("Alarms are not diagnosed about the account {account} in this channel.", account=account)
    return _("Alarms are not diagnosed about this account in this channel.")


def open_to_all() -> Guard:
    """The guard where nothing is configured."""
    return Guard()
