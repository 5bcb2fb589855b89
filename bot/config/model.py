"""What the configuration file may hold, as it is written there: tables `accounts`, `channels`, `access`.

A field's `expected` completes "expected …" in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

ROLE_ARN = re.compile(r"^arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}):role/[A-Za-z0-9_+=,.@/-]+$")
REGION = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$"


def _expected(text: str, **constraints: Any) -> Any:
    return Field(json_schema_extra={"expected": text}, **constraints)


Name = Annotated[str, _expected("letters, digits, -, _ and .", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
Region = Annotated[str, _expected("an AWS region, such as eu-west-1", pattern=REGION)]
ChannelId = Annotated[str, _expected("a channel's id, such as C0123ABCD", pattern=r"^[CGD][A-Z0-9]{2,}$")]
UserId = Annotated[str, _expected("a user's id, such as U0123ABCD", pattern=r"^[UW][A-Z0-9]{2,}$")]
GroupId = Annotated[str, _expected("a user group's id, such as S0123ABCD", pattern=r"^S[A-Z0-9]{2,}$")]


class _Table(BaseModel):
    """A table of the file: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Table):
    """An AWS account to read in. Without a role, it is the account of this process's own credentials."""

    id: str = _expected("the account's 12 digits, in quotes", pattern=r"^[0-9]{12}$")
    role_arn: str | None = _expected(
        "the ARN of a role in this account, such as arn:aws:iam::111122223333:role/vpclink-readonly",
        default=None,
        pattern=ROLE_ARN.pattern,
    )
    external_id: SecretStr | None = _expected(
        "the external id of the role's trust policy (2 to 1224 characters), or env:VARIABLE to read it from there",
        default=None,
        min_length=2,
        max_length=1224,
    )
    regions: tuple[Region, ...] = _expected("a list of AWS regions; leave it out to allow every region", default=())

    @model_validator(mode="after")
    def _consistent(self) -> Account:
        role = ROLE_ARN.match(self.role_arn or "")
        if role and role["account"] != self.id:
            raise ValueError(f"expected a role_arn of account {self.id}, got one of {role['account']}")
        if self.external_id and not role:
            raise ValueError("expected a role_arn beside the external_id")
        return self

    @property
    def partition(self) -> str:
        """The part of AWS that the account stands in: aws, aws-cn, aws-us-gov."""
        role = ROLE_ARN.match(self.role_arn or "")
        return role["partition"] if role else "aws"


class Channel(_Table):
    """What a request in this channel means where it says nothing else."""

    account: Name | None = _expected("the name of an account of this file", default=None)
    region: Region | None = _expected("an AWS region, such as eu-west-1", default=None)


class Rule(_Table):
    """Who may ask about which accounts, where. What is left out is not restricted; users and groups add up."""

    accounts: tuple[Name, ...] = _expected("a list of names of accounts of this file", default=())
    channels: tuple[ChannelId, ...] = _expected("a list of channels' ids", default=())
    users: tuple[UserId, ...] = _expected("a list of users' ids", default=())
    groups: tuple[GroupId, ...] = _expected("a list of user groups' ids", default=())

    @property
    def names_people(self) -> bool:
        """Whether only some people are meant."""
        return bool(self.users or self.groups)


class Administrators(_Table):
    """Who may forget reports from Slack."""

    users: tuple[UserId, ...] = _expected("a list of users' ids", default=())
    groups: tuple[GroupId, ...] = _expected("a list of user groups' ids", default=())


class Access(_Table):
    """Without a rule, everybody in a channel that the bot is in may ask. With rules, what none allows is refused."""

    allow: tuple[Rule, ...] = _expected("tables [[access.allow]]", default=())
    administrators: Administrators = _expected("a table of users and groups", default=Administrators())


class Config(_Table):
    """The whole file."""

    default_account: Name | None = _expected("the name of an account of this file", default=None)
    accounts: Mapping[Name, Account] = _expected("tables [accounts.NAME]", default_factory=dict)
    channels: Mapping[ChannelId, Channel] = _expected("tables [channels.ID]", default_factory=dict)
    access: Access = _expected("a table [access]", default=Access())

    @model_validator(mode="after")
    def _names_exist(self) -> Config:
        for where, name in self._named():
            if name not in self.accounts:
                known = ", ".join(sorted(self.accounts)) or "none"
                raise ValueError(f"{where}: expected the name of an account of this file ({known}), got {name!r}")
        ids = [account.id for account in self.accounts.values()]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"accounts: expected every id once, got {', '.join(twice)} several times")
        if sum(account.role_arn is None for account in self.accounts.values()) > 1:
            raise ValueError("accounts: expected at most one without role_arn: that is this process's own account")
        return self

    def _named(self) -> Iterator[tuple[str, str]]:
        if self.default_account:
            yield "default_account", self.default_account
        for channel, defaults in self.channels.items():
            if defaults.account:
                yield f"channels.{channel}.account", defaults.account
        for number, rule in enumerate(self.access.allow, start=1):
            for name in rule.accounts:
                yield f"access.allow[{number}].accounts", name
