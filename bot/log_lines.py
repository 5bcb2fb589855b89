"""Log lines: one JSON object each, with the reference that people are shown when something fails."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from bot.diagnosis.redaction import redact

_reference: ContextVar[str] = ContextVar("reference", default="")
_FIELDS: Final = "vpclink_fields"


@contextmanager
def referring(reference: str) -> Iterator[None]:
    """Put this reference into every log line of the block, and of the tasks that it starts."""
    token = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(token)


def refer(reference: str) -> None:
    """Put this reference into every further log line of the present task."""
    _reference.set(reference)


def current_reference() -> str:
    """The reference of what is being done now; empty outside of a request."""
    return _reference.get()


def event(log: logging.Logger, name: str, **fields: Any) -> None:
    """Log something that happened, with its facts as fields of their own."""
    log.info(name, extra={_FIELDS: fields})


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. What may hold somebody else's text goes through the redactor."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": redact(record.getMessage()),
            "logger": record.name,
        }
        if reference := _reference.get():
            line["reference"] = reference
        fields = getattr(record, _FIELDS, {})
        line |= {name: redact(value) if isinstance(value, str) else value for name, value in fields.items()}
        if record.exc_info:
            line["trace"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def log_json(level: str) -> None:
    """Send every log line of this process to standard error as JSON, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Their DEBUG lines hold whole payloads, with tokens for answers; INFO says what matters of them.
    for noisy in ("slack_sdk", "slack_bolt", "aiohttp.access", "botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.INFO, logging.getLevelName(level)))
