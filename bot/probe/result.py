"""What a probe found. `to_contract()` is the JSON that other programs read; it changes only by adding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, computed_field, field_serializer

TcpState = Literal["ok", "refused", "timeout", "unreachable"]
TlsFault = Literal[
    "not-tls",
    "handshake-failed",
    "key-mismatch",
    "self-signed",
    "incomplete-chain",
    "untrusted-root",
    "expired",
    "not-yet-valid",
    "hostname-mismatch",
]
HttpFault = Literal["not-http", "tls-on-plain-port", "reset", "closed", "timeout"]
ClientCertificate = Literal["required", "requested"]
IdleState = Literal["kept", "closed", "reset", "not-tested"]

FAULT_ORDER: tuple[TlsFault, ...] = (
    "not-tls",
    "handshake-failed",
    "key-mismatch",
    "self-signed",
    "incomplete-chain",
    "untrusted-root",
    "expired",
    "not-yet-valid",
    "hostname-mismatch",
)
"""Worst first. No TLS at all, then what ends every handshake (also of a client that verifies nothing), then what a
client that verifies meets in its own order: a way to a trusted root, the dates along it, the name. The three ways to
have no trusted root exclude each other, and so do the first three."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class AddressResult(_Frozen):
    """How one address of the host took the TCP connection."""

    address: str
    tcp: TcpState


class CertificateView(_Frozen):
    """One certificate as the server sent it."""

    subject: str
    issuer: str
    sans: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    self_signed: bool
    is_ca: bool
    sha256: str
    validity: str
    """`valid`, `expires-soon`, `expired`, `not-yet-valid` or `unknown`, at the moment of the probe."""
    problem: str = ""

    @field_serializer("not_before", "not_after")
    def _moment(self, moment: datetime | None) -> str | None:
        return zulu(moment)


class TlsResult(_Frozen):
    """The TLS handshake and the certificate, judged as a verifying client judges them."""

    faults: tuple[TlsFault, ...]
    """All that apply, in `FAULT_ORDER`."""
    explanations: dict[str, str]
    """One sentence for each fault."""
    subject: str | None = None
    sans: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    protocol: str | None = None
    cipher: str | None = None
    server_name: str = ""
    """The name that the certificate was checked against."""
    matched_name: str | None = None
    """The certificate's name that covers it."""
    chain: tuple[CertificateView, ...] = ()
    chain_state: str | None = None
    """`complete`, `incomplete`, `self-signed`, `unordered` or `unreadable`, whatever is trusted."""
    trusted_root: str | None = None
    """The subject of the root that the chain leads to; null where none was reached."""
    root_known: bool | None = None
    """Whether API Gateway trusts the root by its published list; null where our copy of the list cannot tell."""
    root_alias: str | None = None
    """The name under which that list holds it."""
    client_certificate: ClientCertificate | None = None
    first_bytes: str | None = None
    """The first bytes of an answer that is not TLS."""
    notes: tuple[str, ...] = ()
    """What is no fault and still worth knowing."""

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorators above @property
    @property
    def ok(self) -> bool:
        """No fault at all."""
        return not self.faults

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def fault(self) -> TlsFault | None:
        """The worst fault."""
        return self.faults[0] if self.faults else None

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def explanation(self) -> str:
        """The worst fault in a sentence; empty where there is none."""
        return self.explanations.get(self.faults[0], "") if self.faults else ""

    @field_serializer("not_before", "not_after")
    def _moment(self, moment: datetime | None) -> str | None:
        return zulu(moment)


class HttpResult(_Frozen):
    """One HTTP/1.1 request. `status` may be known beside a fault: a status line came, and then it went wrong."""

    status: int | None = None
    fault: HttpFault | None = None
    explanation: str = ""
    verified: bool | None = None
    """Over TLS: whether a verifying client would have got here. Null over plain TCP."""
    version: str | None = None
    server: str | None = None
    location: str | None = None
    """Where a redirect points, which is not followed."""
    first_bytes: str | None = None
    """The first bytes of an answer that is not plain HTTP/1.1."""

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def ok(self) -> bool:
        """An HTTP/1.1 answer was read, whatever its status."""
        return self.fault is None


class IdleResult(_Frozen):
    """What became of a connection that was left alone after an answer. No fault by itself."""

    state: IdleState
    """`kept`: open when the watch ended. `not-tested`: there was no connection to watch."""
    seconds: float | None = None
    """How long the connection was idle: until the backend ended it, else until the watch did."""
    explanation: str = ""


class ProbeResult(_Frozen):
    """What one target showed. A part is null where the probe did not get to it."""

    target: str
    address: str | None
    """The address that was used; null where no connection was made."""
    addresses: tuple[AddressResult, ...] = ()
    tcp: TcpState
    explanation: str
    """The whole result in a sentence or two."""
    tls: TlsResult | None = None
    http: HttpResult | None = None
    idle: IdleResult | None = None
    """Null unless the watch was asked for."""

    @property
    def ok(self) -> bool:
        """No part has a fault."""
        return self.tcp == "ok" and (self.tls is None or self.tls.ok) and self.http is not None and self.http.ok

    def to_contract(self) -> dict[str, Any]:
        """The JSON object of `vpclink probe --format json`: the promised keys first, then what was added."""
        found = self.model_dump(mode="json")
        found["tls"] = found["tls"] and _first(found["tls"], _TLS_KEYS)
        found["http"] = found["http"] and _first(found["http"], ("ok", "status", "fault"))
        return _first(found, ("tcp", "tls", "http"))


_TLS_KEYS = ("ok", "fault", "faults", "subject", "sans", "not_after", "protocol")


def _first(found: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: found[key] for key in keys} | found


def zulu(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second: `2026-11-22T03:11:07Z`."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
