"""The words of a diagnosis as frozen types: request, gap, finding, cause, verdict, report.

`Report` is the machine contract: what is stored, rendered, exported and compared. Change it only by adding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value that never changes once made."""

    model_config = ConfigDict(frozen=True)


class Hop(StrEnum):
    """The stations of one integration, in the order in which a request meets them."""

    API = "api"
    STAGE = "stage"
    INTEGRATION = "integration"
    VPC_LINK = "vpc-link"
    ENDPOINT_SERVICE = "endpoint-service"
    LOAD_BALANCER = "load-balancer"
    LISTENER = "listener"
    TARGET_GROUP = "target-group"
    TARGET = "target"
    LOGGING = "logging"
    """Not a station: what the configuration of logging lets anybody see."""


class Status(StrEnum):
    """What a check says of one resource."""

    FAIL = "fail"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - a status, no password
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Confidence(StrEnum):
    """How sure a cause is: the log or a probe agrees, nothing contradicts, or it merely fits."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"


class State(StrEnum):
    """The outcome of a whole diagnosis."""

    CAUSE_FOUND = "cause-found"
    NO_FAULT_FOUND = "no-fault-found"
    INCONCLUSIVE = "inconclusive"


class HopState(StrEnum):
    """How one hop looks, from the findings about it."""

    OK = "ok"
    BROKEN = "broken"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class GapReason(StrEnum):
    """Why a read did not succeed."""

    ACCESS_DENIED = "access-denied"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    NOT_FOUND = "not-found"
    ERROR = "error"


class Request(Frozen):
    """What is to be diagnosed. `api` is what the person wrote: a name, an id, an ARN or an invoke URL."""

    api: str
    stage: str
    path: str | None = None
    method: str | None = None
    region: str
    account: str | None = None
    """The account's id or configured name; None means the account of the credentials."""
    since_minutes: int = 60


class Gap(Frozen):
    """A read that did not succeed, and the IAM action that would close it."""

    action: str
    resource: str
    reason: GapReason
    detail: str = ""


class Citation(Frozen):
    """The exact evidence of a finding: `value` was read in `field` of `resource` by the call `source`."""

    source: str
    resource: str
    field: str
    value: str
    seen_from: str = ""
    """Of a probe: where it stood, and when. What a call of AWS says is the same from everywhere."""

    @property
    def origin(self) -> str:
        """The source, and where it saw this."""
        return f"{self.source} from {self.seen_from}" if self.seen_from else self.source


class Fix(Frozen):
    """How a person repairs the fault, in the forms teams work in."""

    summary: str
    cli: tuple[str, ...] = ()
    cloudformation: str = ""
    terraform: str = ""
    console: str = ""
    steps: tuple[str, ...] = ()
    """The sequence, where no single change repairs the fault."""


class Finding(Frozen):
    """What one check says of one resource."""

    check: str
    name: str
    hop: Hop
    status: Status
    resource: str
    summary: str
    citations: tuple[Citation, ...] = ()
    fix: Fix | None = None
    gaps: tuple[Gap, ...] = ()
    paths: tuple[int, ...] = ()
    """Indexes of the paths that this finding is about; the failing request's own path is 0."""
    crashed: bool = Field(default=False, exclude=True)
    """Whether the check itself failed. It weighs in the verdict and is no part of the machine contract."""


class Cause(Frozen):
    """A failing finding that no other finding explains."""

    check: str
    name: str
    confidence: Confidence
    resource: str
    hop: Hop
    summary: str
    reason: str
    """Why the confidence is what it is, in one sentence."""
    citations: tuple[Citation, ...]
    fix: Fix | None
    symptoms: tuple[str, ...] = ()


class Verdict(Frozen):
    """The judgement: ranked causes, first broken hop first."""

    state: State
    summary: str
    causes: tuple[Cause, ...] = ()
    undecided: str = ""
    """What of an inconclusive verdict's summary says why, for a reader who knows already that it is not decided."""


class PathHop(Frozen):
    """One line of the drawn path."""

    hop: Hop
    resource: str
    state: HopState
    summary: str
    path: int = 0


class ResolvedRequest(Frozen):
    """The request with what was found out about it."""

    api: str
    api_id: str | None
    api_name: str | None
    protocol: str | None
    stage: str
    path: str | None
    method: str | None
    region: str
    account: str | None
    since_minutes: int
    candidates: tuple[str, ...] = ()
    """Ids of the APIs that the text could mean, where it is not unique, or names that it nearly matches."""


class LoggedRequest(Frozen):
    """One failing request as the log tells it, redacted."""

    request_id: str
    signature: str | None
    label: str
    at: datetime
    lines: tuple[str, ...]


class Timing(Frozen):
    """What the reading cost."""

    seconds: float = 0.0
    aws_calls: int = 0
    by_service: dict[str, int] = Field(default_factory=dict)
    rounds: int = 0


class RecordedChange(Frozen):
    """Who changed a resource of the path before the failure. `fits` are the causes that the call can have brought."""

    at: datetime
    call: str
    principal: str
    resource: str
    fits: tuple[str, ...] = ()


class ProbedAddress(Frozen):
    """What a probe saw of one address, at one moment, from one place."""

    address: str
    port: int
    scheme: str
    server_name: str
    at: datetime
    seen_from: str
    tcp: str
    tls_faults: tuple[str, ...] = ()
    http_status: int | None = None
    http_fault: str = ""
    explanation: str = ""


class Report(Frozen):
    """Everything that is known at the end of one diagnosis."""

    schema_version: int = Field(default=1, serialization_alias="schema", validation_alias="schema")
    at: datetime
    request: ResolvedRequest
    verdict: Verdict
    path: tuple[PathHop, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    logs: tuple[LoggedRequest, ...]
    failing_requests: int = 0
    """How many failing requests the log window holds; `logs` shows the newest of them."""
    changes: tuple[RecordedChange, ...] = ()
    """Only where they were looked up; newest first."""
    probes: tuple[ProbedAddress, ...] = ()
    """Only where somebody asked for a probe: what the wire showed, from where."""
    timing: Timing

    def to_json(self, extra: Mapping[str, Any] | None = None) -> str:
        """Return the machine contract's text: one JSON object, `extra` keys last, with a closing newline."""
        document = {**self.model_dump(mode="json", by_alias=True), **(extra or {})}
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
