"""Which replies a non-proxy integration maps.

Source: AWS: api-gateway-integration-settings-integration-response, API reference IntegrationResponse: an HTTP
backend's status code is matched with each `selectionPattern`; a response without a pattern is the default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.diagnosis.resources import Integration, Route

GOOD = ("200", "201", "202", "204")
OTHERS = ("301", "302", "304", "400", "401", "403", "404", "409", "422", "429", "500", "502", "503", "504")
"""The statuses that backends usually give."""


@dataclass(frozen=True)
class Unmapped:
    """What a method does not map. `patterns_read` is False where a pattern could not be understood."""

    good: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    """Status codes of mappings that the method itself does not declare."""
    patterns_read: bool = True

    @property
    def nothing_good(self) -> bool:
        """Whether no good reply is mapped at all: then every call ends in 500."""
        return self.good == GOOD


def unmapped(route: Route) -> Unmapped:
    """Return what a method does not map; proxy integrations pass every reply on."""
    integration = route.integration
    if integration is None or integration.type.upper() != "HTTP":
        return Unmapped()
    codes = {response.status_code for response in integration.responses if response.status_code}
    undeclared = tuple(sorted(codes - set(route.method_responses)))
    try:
        missed = tuple(code for code in GOOD + OTHERS if not maps(integration, code))
    except re.error:
        return Unmapped(undeclared=undeclared, patterns_read=False)
    good, others = (tuple(code for code in missed if code in known) for known in (GOOD, OTHERS))
    return Unmapped(good, others, undeclared)


def maps(integration: Integration, status: str) -> bool:
    """Whether a reply of this status is mapped; raise `re.error` for a pattern that is no regular expression here."""
    patterns = [response.selection_pattern for response in integration.responses]
    return any(not pattern or re.fullmatch(pattern, status) for pattern in patterns)
