"""What was read for one request: frozen, JSON-serialisable, replayable.

A read is one of three things: a value, *absent* (AWS answered that there is no such resource: knowledge, and often
the cause), or a gap (the read did not succeed: no knowledge). What was never read counts as a gap.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.diagnosis.model import Gap, GapReason, Request, Timing
from bot.diagnosis.sources import SOURCES, Source

T = TypeVar("T")
Key = tuple[str, str]
"""A source's name and the key within it."""

BUNDLE_VERSION = 1
NOT_READ = "not read"
"""The detail of the gap that stands for a read nobody made."""


class MissingEvidence(Exception):  # noqa: N818 - it is not an error: it is what the framework turns into "unknown"
    """Raised where a judgement needs what could not be read."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(f"{gap.action} on {gap.resource}: {gap.reason}")
        self.gap = gap


@dataclass(frozen=True)
class Absent:
    """AWS answered that there is no such resource. `detail` says what there is instead, where that is known."""

    detail: str = ""


Outcome = Any
"""A source's value, `Absent`, or a `Gap`: what a collector returns for one key."""


@dataclass(frozen=True)
class Evidence:
    """Every read of one diagnosis. `at` is when the reading began, and "now" for every rule about time."""

    request: Request
    at: datetime
    reads: Mapping[Key, Outcome] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    def was_read(self, source: Source[Any], key: str) -> bool:
        """Whether this was tried, whatever came of it."""
        return (source.name, key) in self.reads

    def failed(self, source: Source[Any], key: str) -> bool:
        """Whether this was tried and could not be read."""
        return isinstance(self.reads.get((source.name, key)), Gap)

    def get(self, source: Source[T], key: str) -> T | None:
        """Return the value, or None where AWS says that there is none; raise `MissingEvidence` for a gap."""
        outcome = self.reads.get((source.name, key))
        if outcome is None:
            outcome = Gap(action=source.action, resource=key, reason=GapReason.ERROR, detail=NOT_READ)
        if isinstance(outcome, Gap):
            raise MissingEvidence(outcome)
        if isinstance(outcome, Absent):
            return None
        value: T = outcome
        return value

    def absence(self, source: Source[Any], key: str) -> str:
        """Return what AWS said beside "not found", or an empty string."""
        outcome = self.reads.get((source.name, key))
        return outcome.detail if isinstance(outcome, Absent) else ""

    def gaps(self) -> tuple[Gap, ...]:
        """Every read that did not succeed, in a stable order, each once."""
        found = {(o.action, o.resource, o.reason): o for o in self.reads.values() if isinstance(o, Gap)}
        return tuple(found[key] for key in sorted(found))

    def with_reads(self, more: Mapping[Key, Outcome]) -> Evidence:
        """Return evidence that holds these reads too."""
        return replace(self, reads={**self.reads, **more})

    def with_value(self, source: Source[T], key: str, value: T) -> Evidence:
        """Return evidence in which this was read: how a fix is tested on the model."""
        return self.with_reads({(source.name, key): value})

    def items(self, source: Source[T]) -> Iterator[tuple[str, T]]:
        """Every value of one source with its key, in a stable order."""
        for (name, key), outcome in sorted(self.reads.items(), key=lambda item: item[0]):
            if name == source.name and not isinstance(outcome, Gap | Absent):
                yield key, outcome


class _Bundle(BaseModel):
    model_config = ConfigDict(extra="forbid")

    bundle: int
    request: Request
    at: datetime
    timing: Timing = Timing()
    reads: list[dict[str, Any]]


class BundleError(ValueError):
    """The text is not an evidence bundle; the message says what was expected."""


def to_json(evidence: Evidence) -> str:
    """Return the bundle: the same evidence gives the same text."""
    rows = []
    for (name, key), outcome in sorted(evidence.reads.items(), key=lambda item: item[0]):
        row: dict[str, Any] = {"source": name, "key": key}
        if isinstance(outcome, Gap):
            row["gap"] = outcome.model_dump(mode="json")
        elif isinstance(outcome, Absent):
            row["absent"] = outcome.detail
        else:
            row["value"] = SOURCES[name].adapter.dump_python(outcome, mode="json", by_alias=True, exclude_defaults=True)
        rows.append(row)
    bundle = {
        "bundle": BUNDLE_VERSION,
        "request": evidence.request.model_dump(mode="json"),
        "at": evidence.at.isoformat(),
        "timing": evidence.timing.model_dump(mode="json"),
        "reads": rows,
    }
    return json.dumps(bundle, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Evidence:
    """Read a bundle. A read that does not fit its source's shape becomes a gap, so that the rest still counts."""
    try:
        bundle = _Bundle.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the text"
        raise BundleError(
            f"this is not an evidence bundle ({where}: {first['msg']}); expected the file that "
            "`vpclink diagnose … --save FILE` or the Export button wrote"
        ) from error
    if bundle.bundle != BUNDLE_VERSION:
        raise BundleError(
            f"bundle version {bundle.bundle} is not known here; expected {BUNDLE_VERSION}: upgrade vpclink"
        )
    reads = dict(entry for row in bundle.reads if (entry := _read(row)) is not None)
    return Evidence(request=bundle.request, at=bundle.at, reads=reads, timing=bundle.timing)


def _read(row: dict[str, Any]) -> tuple[Key, Outcome] | None:
    source = SOURCES.get(str(row.get("source")))
    if source is None:
        return None
    key = str(row.get("key", ""))
    try:
        if "gap" in row:
            return (source.name, key), Gap.model_validate(row["gap"])
        if "absent" in row:
            return (source.name, key), Absent(str(row["absent"]))
        return (source.name, key), source.adapter.validate_python(row["value"])
    except (ValidationError, KeyError):
        detail = "the bundle's value does not have the expected shape"
        return (source.name, key), Gap(action=source.action, resource=key, reason=GapReason.ERROR, detail=detail)
