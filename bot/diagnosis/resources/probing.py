"""What a probe saw of one address: the evidence that no call of AWS can give.

It mirrors the result of the probe without knowing it: a saved bundle is replayed where no probe is installed. Names of
states and faults are those of `vpclink probe --format json`, kept as text: one that a newer probe names is no error.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.diagnosis.resources.shape import Shape


class ProbedCertificate(Shape):
    """One certificate as the address served it; the first of a chain is the server's own."""

    subject: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    self_signed: bool = False
    is_ca: bool = False


class ProbedTls(Shape):
    """The TLS handshake. `faults` are all that apply, the worst first; `explanations` has a sentence for each."""

    faults: tuple[str, ...] = ()
    explanations: dict[str, str] = Field(default_factory=dict)
    subject: str = ""
    sans: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    protocol: str = ""
    cipher: str = ""
    matched_name: str = ""
    """The name in the certificate that covers the host; empty where none does."""
    trusted_root: str = ""
    """The subject of the root that the chain leads to; empty where none was reached."""
    client_certificate: str = ""
    """`required` or `requested`; empty where the server asks for none."""
    chain: tuple[ProbedCertificate, ...] = ()


class ProbedHttp(Shape):
    """One HTTP/1.1 request. `status` 0: no status line came."""

    status: int = 0
    fault: str = ""
    explanation: str = ""


class Probe(Shape):
    """One address as it answered at one moment. A part is None where the probe did not get to it."""

    at: datetime
    seen_from: str
    """Where the probe stood, in words: what it shows holds from there."""
    address: str
    port: int
    scheme: str
    server_name: str = ""
    path: str = "/"
    tcp: str
    """`ok`, `refused`, `timeout` or `unreachable`."""
    explanation: str = ""
    tls: ProbedTls | None = None
    http: ProbedHttp | None = None
