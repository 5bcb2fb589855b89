"""The TLS part of a probe: one handshake that takes anything, one that verifies, and what the two say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from bot.probe.chain_judgement import served_path, trust_fault
from bot.probe.handshake_faults import client_certificate, handshake_fault, unusable_for_clients
from bot.probe.result import FAULT_ORDER, CertificateView, ClientCertificate, TlsFault, TlsResult
from bot.probe.tls_session import Handshake
from bot.probe.trust import Trust, to_certificates

_TRUST_CODES = frozenset({2, 7, 18, 19, 20, 21, 27, 28})
"""OpenSSL's X509_V_ERR codes for a chain that reaches no trusted root (OpenSSL: X509_STORE_CTX_get_error)."""
_EXPIRED, _NOT_YET_VALID = 10, 9


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


@dataclass
class _Found:
    faults: dict[TlsFault, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, fault: TlsFault, words: str) -> None:
        self.faults[fault] = f"{self.faults[fault]}; {words}" if fault in self.faults else words


def judge(facts: Facts, trust: Trust, now: datetime) -> TlsResult:
    """Turn what was seen into faults, worst first."""
    chain = to_certificates(facts.accepting.seen.chain)
    found = _Found()
    demanded = client_certificate(facts.accepting, refused=facts.refused_client)
    _judge_handshake(facts, demanded, found)
    if chain:
        root = _judge_trust(facts, chain, trust, now, found)
        _judge_name(facts.server_name, chain[0], found)
        if demanded == "requested":
            found.notes.append("the server asks for a client certificate and goes on without one")
        return _result(facts, found, chain, root, demanded, now)
    return _result(facts, found, chain, None, demanded, now)


def _judge_handshake(facts: Facts, demanded: ClientCertificate | None, found: _Found) -> None:
    answer = facts.accepting.first_bytes or facts.plain_answer
    if answer and not first_bytes.is_tls(answer):
        found.add("not-tls", f"the port does not speak TLS: it answered with {_plain_words(answer)}")
        return
    fault = handshake_fault(facts.accepting, demanded)
    if fault:
        found.add(*fault)
    elif facts.verifying is None:
        words = "the first handshake succeeded, and a second connection, to verify the certificate, was not taken"
        found.add("handshake-failed", words)
    elif facts.verifying.end not in ("done", "unverified"):
        second = handshake_fault(facts.verifying, demanded)
        if second:
            found.add(second[0], f"the first handshake succeeded, a second one did not: {second[1]}")
    elif facts.modern is not None:
        found.add("handshake-failed", unusable_for_clients(facts.accepting, facts.modern))


def _plain_words(answer: bytes) -> str:
    if answer.startswith((b"HTTP/1.", b"HTTP/0")):
        return f"plain HTTP ({first_bytes.shown(answer.splitlines()[0])!r})"
    return first_bytes.explain(answer)


def _judge_trust(
    facts: Facts, chain: Sequence[ServedCertificate], trust: Trust, now: datetime, found: _Found
) -> str | None:
    """Judge the way to a root and the dates along it; return the root's subject where there is one."""
    verifying = facts.verifying
    path: Sequence[ServedCertificate] = served_path(chain)
    root: str | None = None
    if verifying is not None and verifying.end == "unverified":
        if verifying.verify_code in _TRUST_CODES:
            found.add(*trust_fault(chain, trust))
        elif verifying.verify_code not in (_EXPIRED, _NOT_YET_VALID):
            words = f"clients that verify refuse the certificate: {verifying.verify_message}"
            found.add("handshake-failed", words)
    elif verifying is not None and verifying.verified_chain:
        path = to_certificates(verifying.verified_chain)
        root = path[-1].subject
        _judge_served_links(chain, path, found)
    elif verifying is not None and path and verifying.accepted_certificate:
        root = path[-1].issuer
    for certificate in path or chain[:1]:
        _judge_dates(certificate, chain[0], now, found)
    if chain_state(chain) == "unordered":
        found.notes.append("the certificates are not served in the order of the chain; strict clients refuse that")
    return root


def _judge_served_links(chain: Sequence[ServedCertificate], path: Sequence[ServedCertificate], found: _Found) -> None:
    """An intermediate that only our own store held is missing for everybody else."""
    served = {certificate.sha256 for certificate in chain}
    missing = [c.subject for c in path[1:-1] if c.sha256 not in served]
    if missing:
        words = "it is among the trusted certificates here, and other clients do not have it"
        found.add("incomplete-chain", f"the server does not send {', '.join(missing)}: {words}")


def _judge_dates(certificate: ServedCertificate, leaf: ServedCertificate, now: datetime, found: _Found) -> None:
    if certificate.problem:
        return
    state = validity(certificate.not_before, certificate.not_after, now)
    whose = "the server's certificate" if certificate == leaf else f"{certificate.subject} of the chain"
    if state.state == "expired":
        found.add("expired", f"{whose} expired {state.days} days ago, on {certificate.not_after:%Y-%m-%d}")
    elif state.state == "not-yet-valid":
        begin = f"{certificate.not_before:%Y-%m-%d}"
        found.add("not-yet-valid", f"{whose} becomes valid in {state.days} days, on {begin}")
    elif state.state == "expires-soon":
        found.notes.append(f"{whose} expires in {state.days} days, on {certificate.not_after:%Y-%m-%d}")


def _judge_name(server_name: str, leaf: ServedCertificate, found: _Found) -> None:
    matched = name_matches(server_name, leaf.names)
    if matched is None and not leaf.problem:
        found.add("hostname-mismatch", explain_mismatch(server_name, leaf.names))
    elif matched and wildcard_doubt(matched):
        found.notes.append(wildcard_doubt(matched))


def _result(
    facts: Facts,
    found: _Found,
    chain: Sequence[ServedCertificate],
    root: str | None,
    demanded: ClientCertificate | None,
    now: datetime,
) -> TlsResult:
    leaf = chain[0] if chain else ServedCertificate()
    answer = facts.accepting.first_bytes or facts.plain_answer
    return TlsResult(
        faults=tuple(fault for fault in FAULT_ORDER if fault in found.faults),
        explanations={fault: found.faults[fault] for fault in FAULT_ORDER if fault in found.faults},
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
        trusted_root=root,
        client_certificate=demanded,
        first_bytes=first_bytes.shown(answer) if "not-tls" in found.faults else None,
        notes=tuple(found.notes),
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
