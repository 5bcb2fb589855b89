"""Which variables the format of an access log names.

Sources: AWS: api-gateway-variables-for-access-logging, http-api-logging-variables.
"""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)")
INTEGRATION_ERRORS = ("integration.error", "integrationErrorMessage")
"""Either one holds the reason why the integration failed; an answer of the backend leaves both unset."""


def variables(log_format: str) -> frozenset[str]:
    """Return the context variables that a format names, without `$context.`."""
    return frozenset(_VARIABLE.findall(log_format))


def names_reason(log_format: str) -> bool:
    """Whether a line of this format tells why an integration failed."""
    return not variables(log_format).isdisjoint(INTEGRATION_ERRORS)
