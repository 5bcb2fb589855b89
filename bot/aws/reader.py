"""The engine's reader on AWS: finds the collector of a source, and answers every key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.diagnosis.evidence import Outcome
from bot.diagnosis.model import Gap, GapReason, Request, Timing
from bot.diagnosis.sources import Source


@dataclass(frozen=True)
class Context:
    """What a collector may know beside its keys."""

    calls: Calls
    request: Request
    at: datetime


Collect = Callable[[Context, Sequence[str]], Mapping[str, Outcome]]


@dataclass(frozen=True)
class Collector:
    """How one source is read: `batch` keys with one call."""

    read: Collect
    batch: int


def one(read: Callable[[Context, str], Any]) -> Collector:
    """Return a collector that reads one key with one call."""

    def read_each(context: Context, keys: Sequence[str]) -> dict[str, Outcome]:
        return {key: read(context, key) for key in keys}

    return Collector(read_each, 1)


class AwsReader:
    """Reads the evidence of one run in one account and region."""

    def __init__(self, connection: Connection, collectors: Mapping[str, Collector]) -> None:
        self._calls = Calls(connection)
        self._collectors = collectors

    def batches(self, source: Source[Any], keys: Sequence[str]) -> Sequence[Sequence[str]]:
        """Split the keys by what AWS takes in one call."""
        size = self._collectors[source.name].batch
        return [keys[i : i + size] for i in range(0, len(keys), size)]

    def read(self, source: Source[Any], keys: Sequence[str], request: Request, at: datetime) -> Mapping[str, Outcome]:
        """Read these keys. A failure answers for all of them; what AWS sends in an unknown shape is a gap."""
        context = Context(self._calls, request, at)
        try:
            return self._collectors[source.name].read(context, keys)
        except Failure as failed:
            return {key: failed.outcome(key) for key in keys}
        except ValidationError as error:
            detail = f"AWS's answer has an unexpected shape ({error.errors()[0]['loc']})"
        except Exception as error:  # noqa: BLE001 - a collector's own fault must not end the run: it is a visible gap
            detail = f"the collector failed ({type(error).__name__})"
        return {k: Gap(action=source.action, resource=k, reason=GapReason.ERROR, detail=detail) for k in keys}

    def timing(self) -> Timing:
        """Return the calls made so far."""
        counts = {service: count for service, count in sorted(self._calls.counts.items()) if count > 0}
        return Timing(aws_calls=sum(counts.values()), by_service=counts)
