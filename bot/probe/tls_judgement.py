"""The TLS part of a probe: one handshake that takes anything, one that verifies, and what the two say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.certificates import (
    ServedCertificate,
    chain_state,
    explain_mismatch,
    name_matches,
    validity,
    wildcard_doubt,
)
from bot.probe import first_bytes
from bot.probe.faults import Faults
from bot.probe.handshake_faults import client_certificate, handshake_fault, unusable_for_clients
from bot.probe.path_judgement import Root, judge_path
from bot.probe.result import CertificateView, ClientCertificate, TlsResult
from bot.probe.tls_session import Handshake
from bot.probe.trust import Trust, to_certificates


@dataclass
class Facts:
    """What the handshakes showed. `verifying` is the last one that verified; none where the first made it useless."""

    server_name: str
    accepting: Handshake
    verifying: Handshake | None = None
    modern: Handshake | None = None
    """The verifying handshake with today's protocols and ciphers, where an older one had to be tried after it."""
    refused_client: bool = False
    """The server ended the finished handshake because no client certificate came."""
    plain_answer: bytes = b""
    """What the port says to plain HTTP, where TLS got no answer."""


def judge(facts: Facts, trust: Trust, now: datetime) -> TlsResult:
    """Turn what was seen into faults, worst first."""
    chain = to_certificates(facts.accepting.seen.chain)
    faults, root = Faults(), Root()
    demanded = client_certificate(facts.accepting, refused=facts.refused_client)
    _judge_handshake(facts, demanded, faults)
    if chain:
        root = judge_path(chain, facts.verifying, trust, now, faults)
        _judge_name(facts.server_name, chain[0], faults)
        if demanded == "requested":
            faults.notes.append("the server asks for a client certificate and goes on without one")
    return _result(facts, faults, chain, root, demanded, now)


def _judge_handshake(facts: Facts, demanded: ClientCertificate | None, faults: Faults) -> None:
    answer = facts.accepting.first_bytes or facts.plain_answer
    if answer and not first_bytes.is_tls(answer):
        faults.add("not-tls", f"the port does not speak TLS: it answered with {_plain_words(answer)}")
        return
    fault = handshake_fault(facts.accepting, demanded)
    if fault:
        faults.add(*fault)
    elif facts.verifying is None:
        words = "the first handshake succeeded, and a second connection, to verify the certificate, was not taken"
        faults.add("handshake-failed", words)
    elif facts.verifying.end not in ("done", "unverified"):
        second = handshake_fault(facts.verifying, demanded)
        if second:
            faults.add(second[0], f"the first handshake succeeded, a second one did not: {second[1]}")
    elif facts.modern is not None:
        faults.add("handshake-failed", unusable_for_clients(facts.accepting, facts.modern))


def _plain_words(answer: bytes) -> str:
    if answer.startswith((b"HTTP/1.", b"HTTP/0")):
        return f"plain HTTP ({first_bytes.shown(answer.splitlines()[0])!r})"
    return first_bytes.explain(answer)


def _judge_name(server_name: str, leaf: ServedCertificate, faults: Faults) -> None:
    matched = name_matches(server_name, leaf.names)
    if matched is None and not leaf.problem:
        faults.add("hostname-mismatch", explain_mismatch(server_name, leaf.names))
    elif matched and wildcard_doubt(matched):
        faults.notes.append(wildcard_doubt(matched))


def _result(
    facts: Facts,
    faults: Faults,
    chain: Sequence[ServedCertificate],
    root: Root,
    demanded: ClientCertificate | None,
    now: datetime,
) -> TlsResult:
    leaf = chain[0] if chain else ServedCertificate()
    answer = facts.accepting.first_bytes or facts.plain_answer
    explanations = faults.explanations
    return TlsResult(
        faults=tuple(explanations),
        explanations=dict(explanations),
        subject=leaf.subject or None,
        sans=leaf.sans,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        protocol=facts.accepting.protocol,
        cipher=facts.accepting.cipher,
        server_name=facts.server_name,
        matched_name=name_matches(facts.server_name, leaf.names),
        chain=tuple(_view(certificate, now) for certificate in chain),
        chain_state=chain_state(chain) if chain else None,
        trusted_root=root.subject,
        root_known=root.known,
        root_alias=root.alias,
        client_certificate=demanded,
        first_bytes=first_bytes.shown(answer) if "not-tls" in explanations else None,
        notes=tuple(faults.notes),
    )


def _view(certificate: ServedCertificate, now: datetime) -> CertificateView:
    return CertificateView(
        subject=certificate.subject,
        issuer=certificate.issuer,
        sans=certificate.sans,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        self_signed=certificate.self_signed,
        is_ca=certificate.is_ca,
        sha256=certificate.sha256,
        validity=validity(certificate.not_before, certificate.not_after, now).state,
        problem=certificate.problem,
    )
