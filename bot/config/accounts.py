"""Which account a request means."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config.model import Account, Channel, Config
from bot.language import _


class UnknownAccountError(ValueError):
    """The request names an account or region that is not configured; `expected` says which are."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(_("{problem} Expected: {expected}.", problem=problem, expected=expected))
        self.problem = problem
        self.expected = expected


@dataclass(frozen=True)
class Accounts:
    """The configured accounts. With none, every request is about the account of this process's own credentials."""

    config: Config

    def region_in(self, channel: str, default: str | None) -> str | None:
        """The region of a request in this channel that names none."""
        return self.config.channels.get(channel, Channel()).region or default

    def settled(self, given: str | None, region: str, channel: str = "") -> str | None:
        """The id of the account that this name or id means in this channel, to be read in this region.

        None: nothing is configured and nothing was given. UnknownAccountError where it means none.
        """
        found = self.meant(given, channel)
        if found is None:
            return given
        name, account = found
        if account.regions and region not in account.regions:
            regions = ", ".join(account.regions)
            raise UnknownAccountError(
                _("The account {account} may not be read in {region}.", account=name, region=region),
                _("a region of its list: {regions}", regions=regions),
            )
        return account.id

    def meant(self, given: str | None, channel: str = "") -> tuple[str, Account] | None:
        """The account of this name or id; without one, the channel's, else the file's default, else our own.

        None: nothing is configured, so that only our own can be meant. UnknownAccountError names the known ones.
        """
        known = self.config.accounts
        if given:
            for name, account in known.items():
                if given in {name, account.id}:
                    return name, account
            if not known:
                return None
            raise UnknownAccountError(
                _("The account “{account}” is not configured.", account=given[:60]), self._known()
            )
        wanted = self.config.channels.get(channel, Channel()).account or self.config.default_account
        own = (name for name, account in known.items() if account.role_arn is None)
        only = next(iter(known)) if len(known) == 1 else None
        chosen = wanted or next(own, None) or only
        if chosen is None and known:
            raise UnknownAccountError(_("The account is missing."), _("--account with {known}", known=self._known()))
        return (chosen, known[chosen]) if chosen else None

    def name_of(self, account_id: str | None) -> str | None:
        """The name of a configured account."""
        return next((name for name, account in self.config.accounts.items() if account.id == account_id), None)

    def _known(self) -> str:
        names = [f"{name} ({account.id})" for name, account in self.config.accounts.items()]
        shown = ", ".join(names[:10])
        if len(names) > 10:
            return _("one of {accounts} and {count} more", accounts=shown, count=len(names) - 10)
        return _("one of {accounts}", accounts=shown)
