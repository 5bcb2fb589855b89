"""An access log's lines → requests, read with the format that the stage itself is configured with.

Every key, order and notation of an access log is the user's own; only the values are API Gateway's (AWS:
api-gateway-variables-for-access-logging, http-api-logging-variables). An unset variable is written as `-`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.diagnosis.resources import LogEvent
from bot.diagnosis.signatures import Explanation, LogLine, RequestLog, classify

_VARIABLE = re.compile(r"\$context\.([A-Za-z][A-Za-z0-9.]*)")
_REASONS = ("integrationErrorMessage", "integration.error", "error.message", "error.messageString", "waf.error")
_NETWORK_FAILURE = "INTEGRATION_NETWORK_FAILURE"


def access_requests(events: Iterable[LogEvent], log_format: str) -> tuple[RequestLog, ...]:
    """Return one request a line."""
    return tuple(_request(event, read_line(event.message, log_format)) for event in events)


def read_line(line: str, log_format: str) -> dict[str, str]:
    """Return the values of a line by the context variables that its format names; unset ones are left out."""
    values = _from_json(line, log_format)
    if values is None:
        match = _pattern(log_format).search(line)
        names = _VARIABLE.findall(log_format)
        values = dict(zip(names, match.groups(), strict=False)) if match else {}
    return {name: value for name, value in values.items() if value not in {"", "-"}}


def _from_json(line: str, log_format: str) -> dict[str, str] | None:
    """Read a JSON line by the keys of a JSON format; None where either is not JSON, as is not rare."""
    try:
        template, data = json.loads(log_format), json.loads(line)
    except ValueError:
        return None
    if not isinstance(template, Mapping) or not isinstance(data, Mapping):
        return None
    flat_template, flat_data = _flat(template), _flat(data)
    found = {key: match.group(1) for key, text in flat_template.items() if (match := _VARIABLE.fullmatch(text.strip()))}
    return {name: flat_data[key] for key, name in found.items() if key in flat_data}


def _flat(data: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@lru_cache(maxsize=64)
def _pattern(log_format: str) -> re.Pattern[str]:
    """Turn a format into a pattern: what stands between the variables is literal, runs of space are one."""
    parts = _VARIABLE.split(log_format.strip())
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2:
            pattern += "(.*?)" if index + 1 < len(parts) and parts[index + 1] else "(.*)"
        else:
            pattern += r"\s+".join(re.escape(word) for word in re.split(r"\s+", part))
    return re.compile(pattern, re.DOTALL)


def _request(event: LogEvent, values: Mapping[str, str]) -> RequestLog:
    reason = next((values[name] for name in _REASONS if name in values), "")
    explanation = _explained(event.message, reason, values)
    verb, _, route = values.get("routeKey", "").rpartition(" ")
    return RequestLog(
        request_id=values.get("requestId") or values.get("extendedRequestId") or explanation.fields.get("request_id"),
        at=event.at,
        lines=(LogLine(at=event.at, message=event.message),),
        explanation=explanation,
        backend_status=_status(values.get("integration.status") or values.get("integrationStatus")),
        method_status=_status(values.get("status") or explanation.fields.get("status")),
        resource_path=values.get("resourcePath") or route or values.get("path"),
        http_method=values.get("httpMethod") or verb or None,
        sent_to=None,
    )


def _explained(line: str, reason: str, values: Mapping[str, str]) -> Explanation:
    if _NETWORK_FAILURE in {values.get("error.responseType"), reason}:
        return classify(f"$context.error.responseType: {_NETWORK_FAILURE} integrationErrorMessage: {_NETWORK_FAILURE}")
    return classify(line)


def _status(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) == 3 else None
