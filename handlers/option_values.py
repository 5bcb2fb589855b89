"""The values of a command's options: a region, an account, a span of time. Pure."""

from __future__ import annotations

import re
from typing import Final

from bot.diagnosis.api_reference import ApiReference
from bot.language import _
from handlers.usage import UsageError

LONGEST_WINDOW_MINUTES: Final = 7 * 24 * 60
"""A week: the log is searched without an index, and the window bounds what that costs."""
_WINDOW = range(1, LONGEST_WINDOW_MINUTES + 1)
_EVERY = range(5, 24 * 60 + 1)
"""A check reads some dozens of things: more often than every five minutes would only add load."""

_REGION = re.compile(r"^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$")
_ACCOUNT = re.compile(r"^[\w.-]{1,128}$")
_SPAN = re.compile(r"^(?P<count>\d{1,6})(?P<unit>m|min|h|d)?$")
_MINUTES = {None: 1, "m": 1, "min": 1, "h": 60, "d": 24 * 60}


def region_of(given: str | None, reference: ApiReference, default: str | None) -> str:
    """The region of a request: that of the option, of the API's own text, or the default. UsageError."""
    if given and reference.region and given != reference.region:
        raise UsageError(
            _(
                "The API stands in {region}, and you wrote --region {given}.",
                region=reference.region,
                given=given[:60],
            ),
            _("one region"),
            "region",
        )
    region = given or reference.region or default
    if not region:
        raise UsageError(
            _("The region is missing, and VPCLINK_DEFAULT_REGION is not set."), "--region eu-west-1", "region"
        )
    if not _REGION.match(region):
        raise UsageError(_("“{region}” is no region.", region=region[:60]), "--region eu-west-1", "region")
    return region


def account_of(given: str | None) -> str | None:
    """The account as it was written. UsageError where it can be none."""
    if given is not None and not _ACCOUNT.match(given):
        raise UsageError(
            _("“{account}” is no account.", account=given[:60]),
            _("--account with a configured name or a 12-digit id"),
            "account",
        )
    return given


def is_span(text: str) -> bool:
    """Whether a word is a span of time, such as `30m`."""
    return bool(_SPAN.match(text.casefold()))


def window_of(given: str) -> int:
    """How far back logs are read, in minutes. UsageError."""
    minutes = _minutes(given)
    if minutes not in _WINDOW:
        raise UsageError(
            _("“{given}” is no time window.", given=given[:60]),
            _("--since with 1m to 7d, such as 30m, 2h or 1d"),
            "since",
        )
    return minutes


def pause_of(given: str) -> int:
    """The minutes between two checks of a watch. UsageError."""
    minutes = _minutes(given)
    if minutes not in _EVERY:
        raise UsageError(
            _("“{given}” is no pause between two checks.", given=given[:60]),
            _("5m to 1d, such as 30m or 2h"),
            "every",
        )
    return minutes


def _minutes(given: str) -> int:
    match = _SPAN.match(given.casefold())
    return int(match["count"]) * _MINUTES[match["unit"]] if match else 0
