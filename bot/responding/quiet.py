"""The marker in an alarm's description that asks for silence."""

from __future__ import annotations

import re
from typing import Final

_MARKER: Final = re.compile(r"(?<![\w-])vpclink\s?:\s?off(?![\w-])", re.IGNORECASE)


def is_quiet(description: str | None) -> bool:
    """Whether an alarm's description holds the marker."""
    return bool(description and _MARKER.search(description))
