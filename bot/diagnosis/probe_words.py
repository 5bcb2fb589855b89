"""What a probe saw, told to people: a clause for each state of TCP and each fault of TLS and HTTP.

The probe writes English sentences of its own, and evidence keeps them: they say more than its fields do, so English
readers get them as they are. Other languages tell the fault from the fields, and an alert by its name. A fault that
only a newer probe knows, or whose values the evidence lacks, is told in the probe's words everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from bot.diagnosis.certificates import explain_mismatch
from bot.diagnosis.probe_targets import place_of
from bot.diagnosis.redaction import redact
from bot.diagnosis.resources import Probe, ProbedCertificate, ProbedTls
from bot.language import ENGLISH, _, marked, spoken

TCP_WORDS: Final = {
    "ok": marked("the TCP connection was taken"),
    "refused": marked("the TCP connection was refused: the host answers, but nothing listens on port {port}"),
    "timeout": marked("nothing answered the TCP connection"),
    "unreachable": marked("{address} cannot be reached from where the probe stood"),
}
TLS_WORDS: Final = {
    "not-tls": marked("port {port} does not speak TLS"),
    "handshake-failed": marked("the TLS handshake did not succeed"),
    "key-mismatch": marked("the server's private key does not fit its certificate ({subject})"),
    "self-signed": marked("the server's certificate ({subject}) signed itself and is not among the trusted"),
    "incomplete-chain": marked("the server does not send {issuer}, which issued {top}"),
    "untrusted-root": marked("the chain leads to {issuer}, which is not a trusted root"),
    "expired": marked("{expired} expired on {expired_on}"),
    "not-yet-valid": marked("{early} becomes valid on {early_on}"),
    "hostname-mismatch": marked("{host} is not the name in the certificate ({subject})"),
}
HTTP_WORDS: Final = {
    "not-http": marked("port {port} does not answer in HTTP/1.1"),
    "tls-on-plain-port": marked("port {port} wants TLS, and was asked in plain HTTP"),
    "reset": marked("the connection was reset before the HTTP answer was complete"),
    "closed": marked("the connection was closed before the HTTP answer was complete"),
    "timeout": marked("the HTTP answer did not come in time"),
}
_TLS_BEHIND: Final = marked("what stands behind this TLS wants TLS itself, and was asked in plain HTTP")
_DEMANDS_CLIENT: Final = marked("the server demands a client certificate, and the probe has none")
_OLD_ONLY: Final = marked("the server speaks {protocol} only, and today's clients need TLS 1.2 or later")
_ALERTED: Final = marked("the server ended the TLS handshake with {alert}")
_NOT_TODAY: Final = marked(
    "the server speaks {protocol} with {cipher}, and a client of today cannot shake hands with it"
)
_OLD: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_ALERT: Final = re.compile(r"alert \d+(?: \(\w+\))?")
"""The alert of a failed handshake stands in the probe's sentence alone."""
_NAMED: Final = re.compile(r"\{(\w+)\}")


def tcp_words(probe: Probe) -> str:
    """How the TCP connection was taken."""
    own = probe.explanation.removeprefix(place_of(probe.address, probe.port)).strip()
    return _told(TCP_WORDS.get(probe.tcp, ""), probe, own, probe.tcp)


def tls_words(probe: Probe, fault: str) -> str:
    """One fault of the handshake or of the certificate."""
    tls = probe.tls or ProbedTls()
    own = tls.explanations.get(fault, "")
    if fault == "handshake-failed":
        return _told(_handshake(tls, own), probe, own, fault)
    if fault == "hostname-mismatch" and tls.sans:
        return _told("{mismatch}", probe, own, fault)
    return _told(TLS_WORDS.get(fault, ""), probe, own, fault)


def http_words(probe: Probe) -> str:
    """The fault of the HTTP exchange; empty where it has none."""
    if probe.http is None or not probe.http.fault:
        return ""
    fault = probe.http.fault
    words = _TLS_BEHIND if fault == "tls-on-plain-port" and probe.tls else HTTP_WORDS.get(fault, "")
    return _told(words, probe, probe.http.explanation, fault)


def _told(words: str, probe: Probe, own: str, code: str) -> str:
    """These words with the probe's values; the probe's own where it speaks the language, or knows more."""
    values = _values(probe, own)
    known = bool(words) and all(values[name] for name in _NAMED.findall(words))
    if own and (not known or spoken() == ENGLISH):
        return own
    # What servers sent may hold secrets; the probe's own sentences had theirs taken out.
    return redact(_(words, **values)) if known else code


def _handshake(tls: ProbedTls, own: str) -> str:
    """Why a handshake failed, as far as the fields tell."""
    if tls.client_certificate == "required":
        return _DEMANDS_CLIENT
    if tls.protocol in _OLD:
        return _OLD_ONLY
    if _ALERT.search(own):
        return _ALERTED
    return _NOT_TODAY if tls.cipher else TLS_WORDS["handshake-failed"]


def _values(probe: Probe, own: str) -> dict[str, str]:
    """What the words may name; empty where the evidence does not have it."""
    tls = probe.tls or ProbedTls()
    top = _top(tls)
    leaf = ProbedCertificate(subject=tls.subject, not_before=tls.not_before, not_after=tls.not_after)
    certificates = (leaf, *tls.chain)
    expired = next((x for x in certificates if x.not_after and x.not_after < probe.at), ProbedCertificate())
    early = next((x for x in certificates if x.not_before and x.not_before > probe.at), ProbedCertificate())
    alert = _ALERT.search(own)
    return {
        "address": probe.address,
        "port": str(probe.port),
        "host": probe.server_name,
        "subject": tls.subject,
        "mismatch": explain_mismatch(probe.server_name, tls.sans),
        "protocol": tls.protocol,
        "cipher": tls.cipher,
        "alert": alert[0] if alert else "",
        "top": top.subject,
        "issuer": top.issuer,
        "expired": expired.subject,
        "expired_on": _day(expired.not_after),
        "early": early.subject,
        "early_on": _day(early.not_before),
    }


def _top(tls: ProbedTls) -> ProbedCertificate:
    """The last certificate that the served chain leads to, from the server's own upwards."""
    top = next(iter(tls.chain), ProbedCertificate())
    for _step in tls.chain[1:]:
        top = next((x for x in tls.chain if x.subject == top.issuer and x != top), top)
    return top


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else ""
