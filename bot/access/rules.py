"""The rules: who may ask about an account in a channel, and who could. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.config.model import Rule
from bot.language import _


@dataclass(frozen=True)
class WhoCan:
    """Who may ask here, or else in which channels one may. Slack's ids."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The ids, for where nothing can be mentioned; empty where nobody is named."""
        people = [
            *(_("user group {id}", id=one) for one in self.groups),
            *(_("user {id}", id=one) for one in self.users),
        ]
        lines = [_("Who can: {people}.", people=", ".join(people))] if people else []
        if self.channels:
            lines.append(_("Where: {channels}.", channels=", ".join(self.channels)))
        return " ".join(lines)


def concerning(rules: Iterable[Rule], account: str | None, channel: str) -> list[Rule]:
    """The rules that allow somebody to ask about this account (its name) in this channel."""
    return [rule for rule in rules if _about(rule, account) and (not rule.channels or channel in rule.channels)]


def lets_alarms(rule: Rule) -> bool:
    """Whether an alarm, which nobody asks for, is diagnosed by this rule: it names the channel, or restricts nobody.

    A rule for some people in a channel counts: whatever they ask there is answered before the whole channel.
    """
    return bool(rule.channels) or not (rule.users or rule.groups)


def who_can(rules: Sequence[Rule], account: str | None, channel: str) -> WhoCan:
    """Who may ask about the account in this channel; where nobody may, in which channels it may be asked about."""
    here = concerning(rules, account, channel)
    if here:
        return WhoCan(_each(rule.users for rule in here), _each(rule.groups for rule in here))
    return WhoCan(channels=_each(rule.channels for rule in rules if _about(rule, account)))


def _about(rule: Rule, account: str | None) -> bool:
    return not rule.accounts or account in rule.accounts


def _each(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for some in lists for one in some))
