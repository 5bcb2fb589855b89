"""The certificate authorities that API Gateway trusts on its way to a backend, as a dated copy of AWS's list.

Source: AWS: api-gateway-supported-certificate-authorities-for-http-endpoints. The list is documentation, not an API,
and changes without notice: being on the copy is a good sign, and not being on it proves nothing unless the copy is
whole and fresh. `python -m bot.probe.refresh_authorities` makes a new copy from the page's text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field is called `date` here, as in the data
from datetime import timedelta
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_suffix(".json")
STALE_AFTER = timedelta(days=180)
"""An older copy does not rule out an authority for certain."""


@dataclass(frozen=True)
class SupportedAuthorities:
    """One copy of the list."""

    source: str
    date: Date
    complete: bool
    """Whether the copy holds the whole list; an extract can confirm an authority, and never rule one out."""
    aliases: Mapping[str, str]
    """AWS's name of each authority, by the SHA-256 fingerprint of its certificate (lower-case hexadecimal)."""

    def alias(self, fingerprints: Iterable[str]) -> str | None:
        """The name of the first of these certificates that is on the list; None where none is."""
        return next((self.aliases[one] for one in fingerprints if one in self.aliases), None)

    def known(self, fingerprints: Iterable[str]) -> bool | None:
        """Whether API Gateway knows one of these certificates; None where this copy cannot tell."""
        if self.alias(fingerprints):
            return True
        return False if self.complete else None

    def is_stale(self, today: Date) -> bool:
        """Whether the copy is too old to rule an authority out for certain."""
        return today - self.date > STALE_AFTER


@cache
def supported_authorities(path: Path = DATA) -> SupportedAuthorities:
    """The copy in the package."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return SupportedAuthorities(
        source=found["source"],
        date=Date.fromisoformat(found["date"]),
        complete=found["complete"],
        aliases={one["sha256"]: one["alias"] for one in found["authorities"]},
    )
