"""What names an alarm from outside: its ARN, and links to it in the CloudWatch console.

AWS: service authorization reference of CloudWatch (`arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_plus

from bot.alarms.regions import region_code

_ARN: Final = re.compile(r"arn:[a-z-]{3,20}:cloudwatch:([^:\s]{0,60}):([^:\s]{0,60}):alarm:(\S.{0,600})", re.DOTALL)
_ANY_ARN: Final = re.compile(r"arn:[a-z-]{3,20}:[a-z0-9-]{2,40}:([a-z0-9-]{0,40}):")
_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_CONSOLE: Final = re.compile(
    r"https://(?P<host>[a-z0-9.-]{0,100})console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/cloudwatch/",
    re.IGNORECASE,
)
_REGION_QUERY: Final = re.compile(r"[?&]region=([A-Za-z0-9-]{5,40})")
_ALARM_FRAGMENT: Final = re.compile(
    r"#(?:alarmsV2:alarm/(?P<path>[^?\s]{1,1000})|s=Alarms&alarm=(?P<old>[^&\s]{1,1000})"
    r"|alarm:(?:[^\s]{0,60}?;)?name=(?P<name>[^;&\s]{1,1000}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AlarmLink:
    """A link to one alarm in the console. `name` is percent-decoded; `plus_name` reads `+` as a space as well,
    for relays encode either way and nobody can tell them apart.
    """

    name: str
    plus_name: str
    region: str | None


def arn_parts(value: object) -> tuple[str, str | None, str | None, str] | None:
    """Return (ARN, region, account, alarm name) of an alarm's ARN; a placeholder in it reads as None."""
    match = _ARN.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 1000 else None
    if not match:
        return None
    return match[0], region_code(match[1]), account_id(match[2]), match[3]


def arn_in(line: str) -> str | None:
    """Return the first alarm ARN of a line, up to its end: alarm names may hold spaces."""
    match = _ARN.search(line[:2000])
    return match[0].strip().rstrip("`*>\"'") if match else None


def arn_region(value: object) -> str | None:
    """Return the region of any ARN."""
    match = _ANY_ARN.match(value.strip()) if isinstance(value, str) else None
    return region_code(match[1]) if match else None


def account_id(value: object) -> str | None:
    """Return the account id in a text such as `production (111122223333)`: twelve digits, or nothing."""
    match = _ACCOUNT.search(str(value)[:200]) if isinstance(value, str | int) else None
    return match[0] if match else None


def alarm_link(url: str) -> AlarmLink | None:
    """Read a console link to an alarm, in the old and the new form of its address."""
    console = _CONSOLE.match(url[:3000])
    fragment = _ALARM_FRAGMENT.search(url[:3000]) if console else None
    if not console or not fragment:
        return None
    encoded = fragment["path"] or fragment["old"] or fragment["name"]
    query = _REGION_QUERY.search(url[:3000])
    host = console["host"].rstrip(".").rpartition(".")[2]
    region = region_code(query[1]) if query else region_code(host)
    return AlarmLink(unquote(encoded), unquote_plus(encoded), region)
