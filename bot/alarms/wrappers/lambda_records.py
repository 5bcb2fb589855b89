"""The event of a Lambda function: records of SNS or SQS. AWS: "Using Lambda with Amazon SNS", "… with Amazon SQS"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.values import folded, objects
from bot.alarms.wrappers.wrapped import Wrapped


def unwrap(payload: Mapping[str, object]) -> list[Wrapped] | None:
    """Return the SNS envelopes and SQS messages of the records."""
    records = [folded(record) for record in objects(folded(payload).get("records"))]
    inner = [record.get("sns", record) for record in records if "sns" in record or "body" in record]
    return [Wrapped(part) for part in inner] if inner else None
