"""The way from the served certificate to a root: whether it is there, the dates along it, what clients refuse in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.certificates import ServedCertificate, chain_state, validity
from bot.probe.certificate_use import REFUSALS, doubts, refused
from bot.probe.chain_judgement import served_path, trust_fault
from bot.probe.faults import Faults
from bot.probe.tls_session import Handshake
from bot.probe.trust import Trust, to_certificates

_NO_ROOT = frozenset({2, 7, 18, 19, 20, 21, 27, 28})
"""OpenSSL's X509_V_ERR codes for a chain that reaches no trusted root (OpenSSL: X509_STORE_CTX_get_error)."""
_DATES = frozenset({9, 10})


@dataclass(frozen=True)
class Root:
    """The root that the chain leads to, and whether API Gateway knows it."""

    subject: str | None = None
    known: bool | None = None
    alias: str | None = None
    """The name under which it stands on API Gateway's list."""


def judge_path(
    chain: Sequence[ServedCertificate],
    verifying: Handshake | None,
    trust: Trust,
    now: datetime,
    faults: Faults,
) -> Root:
    """Judge the way to a root by the served chain and by what a client said who verified it."""
    path = served_path(chain)
    root: str | None = None
    if verifying is not None and verifying.end == "unverified" and verifying.verify_code in _NO_ROOT:
        root = _without_root(chain, path, trust, faults)
    elif verifying is not None and verifying.end == "unverified":
        root = _above(path)
        if verifying.verify_code not in _DATES:
            words = REFUSALS.get(verifying.verify_code, verifying.verify_message)
            faults.add("handshake-failed", f"clients that verify refuse the certificate: {words}")
    elif verifying is not None and verifying.verified_chain:
        path = list(to_certificates(verifying.verified_chain))
        root = path[-1].subject
        _judge_served_links(chain, path, faults)
    elif verifying is not None and verifying.accepted_certificate:
        root = _above(path)
    for words in refused(path, root):
        faults.add("handshake-failed", f"clients that verify refuse the certificate: {words}")
    for certificate in path or chain[:1]:
        _judge_dates(certificate, chain[0], now, faults)
    if chain_state(chain) == "unordered":
        faults.notes.append("the certificates are not served in the order of the chain; strict clients refuse that")
    faults.notes.extend(doubts(chain))
    return _listed(path, root, trust, faults)


def _without_root(
    chain: Sequence[ServedCertificate], path: Sequence[ServedCertificate], trust: Trust, faults: Faults
) -> str | None:
    """No root that is trusted here; one that API Gateway trusts will do, and is then returned."""
    if path and path[-1].self_signed and trust.authorities.alias([path[-1].sha256]):
        faults.notes.append(f"{path[-1].subject} is not trusted on this machine, but API Gateway trusts it")
        return path[-1].subject
    faults.add(*trust_fault(chain, trust))
    return None


def _listed(path: Sequence[ServedCertificate], root: str | None, trust: Trust, faults: Faults) -> Root:
    """Whether API Gateway knows a certificate of the path; only for a path whose end was seen can it be ruled out."""
    fingerprints = [certificate.sha256 for certificate in path]
    listed = trust.authorities
    alias = listed.alias(fingerprints)
    seen_to_its_end = bool(path) and path[-1].self_signed
    known = listed.known(fingerprints) if alias or seen_to_its_end else None
    if root and known is False:
        faults.notes.append(
            f"{root} is not among the authorities that API Gateway trusts ({listed.date:%Y-%m-%d}): it refuses this "
            "chain, unless a REST API's integration skips the verification (insecureSkipVerification)"
        )
    return Root(root, known, alias)


def _above(path: Sequence[ServedCertificate]) -> str | None:
    """The subject of the root of a path that was trusted, although the root itself was not shown."""
    return path[-1].issuer if path else None


def _judge_served_links(chain: Sequence[ServedCertificate], path: Sequence[ServedCertificate], faults: Faults) -> None:
    """An intermediate that only our own store held is missing for everybody else."""
    served = {certificate.sha256 for certificate in chain}
    missing = [c.subject for c in path[1:-1] if c.sha256 not in served]
    if missing:
        words = "it is among the trusted certificates here, and other clients do not have it"
        faults.add("incomplete-chain", f"the server does not send {', '.join(missing)}: {words}")


def _judge_dates(certificate: ServedCertificate, leaf: ServedCertificate, now: datetime, faults: Faults) -> None:
    if certificate.problem:
        return
    state = validity(certificate.not_before, certificate.not_after, now)
    whose = "the server's certificate" if certificate == leaf else f"{certificate.subject} of the chain"
    if state.state == "expired":
        faults.add("expired", f"{whose} expired {_days(state.days)} ago, on {certificate.not_after:%Y-%m-%d}")
    elif state.state == "not-yet-valid":
        begin = f"{certificate.not_before:%Y-%m-%d}"
        faults.add("not-yet-valid", f"{whose} becomes valid in {_days(state.days)}, on {begin}")
    elif state.state == "expires-soon":
        faults.notes.append(f"{whose} expires in {_days(state.days)}, on {certificate.not_after:%Y-%m-%d}")


def _days(count: int) -> str:
    if count == 0:
        return "less than a day"
    return "1 day" if count == 1 else f"{count:,} days"
