"""A probe's result as text for a terminal: what was tried, what is wrong and what to do, the chain drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from bot.probe import advice
from bot.probe.result import CertificateView, HttpResult, IdleResult, ProbeResult, TlsResult, zulu
from bot.report.escape import visible

WIDTH = 80
_INDENT = " " * 10
_MOST_NAMES, _LONGEST_LINE = 6, 400
_STATES = {"expired": "EXPIRED", "not-yet-valid": "NOT YET VALID", "expires-soon": "expires soon"}


def render(result: ProbeResult, *, width: int = WIDTH) -> str:
    """The result in lines of this width, with no control characters whatever the server sent."""
    lines = [*_head(result), "", *_tcp(result)]
    if result.tls:
        lines += _tls(result.tls)
    if result.http:
        lines += _http(result.http)
    elif result.tls:
        lines += ["--  HTTP  not asked: there is no TLS connection to carry it"]
    if result.idle:
        lines += _idle(result.idle)
    return "\n".join(part for line in lines for part in _wrapped(visible(line, lines=True), width)) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """One line in several; what follows stands under the text of the first, below marks and branches."""
    text = line.lstrip(" │└─")
    hang = len(line) - len(text)
    hang += 10 if hang == 0 and line[:4] in ("ok  ", "BAD ", "!!  ", "--  ") else 2
    kept = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
    return textwrap.wrap(kept, width, subsequent_indent=" " * hang, break_on_hyphens=False) or [""]


def _head(result: ProbeResult) -> Iterator[str]:
    yield result.target
    known = [f"address {result.address}"] if result.address and result.address not in result.target else []
    if result.tls and result.tls.server_name and result.tls.server_name not in result.target:
        known.append(f"asked for {result.tls.server_name}")
    if known:
        yield ", ".join(known)


def _mark(*, ok: bool) -> str:
    return "ok  " if ok else "BAD "


def _do(words: str) -> str:
    return f"{_INDENT}→ {words}"


def _tcp(result: ProbeResult) -> Iterator[str]:
    ok = result.tcp == "ok"
    yield f"{_mark(ok=ok)}TCP   {'connected' if ok else f'{result.tcp}: {result.explanation}'}"
    if len(result.addresses) > 1:
        for one in result.addresses:
            yield f"{_INDENT}{one.address}: {one.tcp}"
    if not ok:
        yield _do(advice.TCP[result.tcp])


def _tls(tls: TlsResult) -> Iterator[str]:
    spoken = ", ".join(filter(None, (tls.protocol, tls.cipher)))
    yield f"{_mark(ok=tls.ok)}TLS   {', '.join(tls.faults) or 'in order'}{f' ({spoken})' if spoken else ''}"
    for fault in tls.faults:
        yield f"{_INDENT}{fault}: {tls.explanations[fault]}"
        yield _do(advice.TLS[fault])
    for note in tls.notes:
        yield f"{_INDENT}note: {note}"
    if tls.first_bytes:
        yield f"{_INDENT}first bytes: {tls.first_bytes}"
    if tls.chain:
        yield from _names(tls)
        yield from _chain(tls)


def _names(tls: TlsResult) -> Iterator[str]:
    more = f" (+{len(tls.sans) - _MOST_NAMES} more)" if len(tls.sans) > _MOST_NAMES else ""
    yield f"{_INDENT}names in the certificate: {', '.join(tls.sans[:_MOST_NAMES]) or 'none'}{more}"
    if tls.matched_name:
        yield f"{_INDENT}{tls.server_name} is covered by {tls.matched_name}"


def _chain(tls: TlsResult) -> Iterator[str]:
    """From the server's certificate to the root, each below the one that it signed."""
    path = _path(tls.chain)
    yield f"{_INDENT}chain as served ({tls.chain_state}):"
    for depth, certificate in enumerate(path):
        yield f"{_branch(depth)}{certificate.subject or certificate.problem}"
        if not certificate.problem:
            yield f"{_INDENT}{'   ' * (depth + 1)}{_dates(certificate)}"
    last = path[-1]
    if tls.trusted_root and last.subject == tls.trusted_root:
        yield f"{_INDENT}{'   ' * len(path)}trusted root"
    elif tls.trusted_root:
        yield f"{_branch(len(path))}{tls.trusted_root} (trusted root, need not be served)"
    elif not last.self_signed and not last.problem:
        yield f"{_branch(len(path))}{last.issuer} (neither served nor trusted)"
    if tls.trusted_root or tls.root_known:
        yield f"{_INDENT}API Gateway's list of authorities: {_listed(tls)}"
    others = [certificate.subject or certificate.problem for certificate in tls.chain if certificate not in path]
    if others:
        yield f"{_INDENT}also sent, without a part in the chain: {'; '.join(others)}"


def _path(chain: tuple[CertificateView, ...]) -> list[CertificateView]:
    path = [chain[0]]
    while not path[-1].self_signed:
        issuer = next((one for one in chain if one.subject == path[-1].issuer and one not in path), None)
        if issuer is None:
            break
        path.append(issuer)
    return path


def _branch(depth: int) -> str:
    return f"{_INDENT}{'   ' * depth}└─ issued by " if depth else f"{_INDENT}   "


def _dates(certificate: CertificateView) -> str:
    state = _STATES.get(certificate.validity)
    dates = f"valid from {_day(certificate.not_before)} to {_day(certificate.not_after)}"
    return ", ".join(filter(None, (dates, state, "self-signed" if certificate.self_signed else "")))


def _day(moment: datetime | None) -> str:
    return (zulu(moment) or "?").partition("T")[0]


def _listed(tls: TlsResult) -> str:
    if tls.root_known:
        return f"it is there, as {tls.root_alias}"
    return "it is not there" if tls.root_known is False else "our copy does not tell"


def _http(http: HttpResult) -> Iterator[str]:
    status = f"{http.version} {http.status}" if http.status is not None else http.fault or ""
    unverified = " (over TLS that is not in order)" if http.verified is False else ""
    yield f"{_mark(ok=http.ok)}HTTP  {status}{unverified}"
    if http.explanation:
        yield f"{_INDENT}{f'{http.fault}: ' if http.fault else ''}{http.explanation}"
    if http.location:
        yield f"{_INDENT}redirect to {http.location} (not followed)"
    if http.server:
        yield f"{_INDENT}server: {http.server}"
    if http.first_bytes:
        yield f"{_INDENT}first bytes: {http.first_bytes}"
    if http.fault:
        yield _do(advice.HTTP[http.fault])


def _idle(idle: IdleResult) -> Iterator[str]:
    mark = {"kept": "ok  ", "not-tested": "--  "}.get(idle.state, "!!  ")
    yield f"{mark}IDLE  {idle.state}"
    yield f"{_INDENT}{idle.explanation}"
