"""`vpclink probe`: one URL, as the JSON that programs read or as text for people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from bot.probe.prober import DEFAULT_LIMITS, probe
from bot.probe.result import CertificateView, HttpResult, ProbeResult, TlsResult, zulu
from bot.probe.target import Limits, target_from_url
from bot.report.escape import visible

_OK, _FAULT = 0, 1
_STATES = {"expired": "EXPIRED", "not-yet-valid": "NOT YET VALID", "expires-soon": "expires soon"}


def run_probe(
    url: str,
    *,
    server_name: str | None = None,
    ca_file: str | None = None,
    output: Literal["json", "text"] = "text",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[str, int]:
    """Probe a URL; return what to print and the exit status: 0 no fault, 1 a fault.

    Raises `ValueError` for a URL, name or CA file that cannot be used; it says what was expected.
    """
    target = target_from_url(url, server_name=server_name, ca_file=ca_file)
    result = asyncio.run(probe(target, limits=limits))
    status = _OK if result.ok else _FAULT
    if output == "json":
        return json.dumps(result.to_contract(), indent=2, ensure_ascii=False) + "\n", status
    return render_text(result), status


def render_text(result: ProbeResult) -> str:
    """The result for a terminal: one line for each part, the chain drawn, no control characters."""
    place = f" ({result.address})" if result.address and result.address not in result.target else ""
    lines = [f"{result.target}{place}", "", *_tcp(result)]
    if result.tls:
        lines += _tls(result.tls)
    if result.http:
        lines += _http(result.http)
    elif result.tls:
        lines += ["-   HTTP  not asked: there is no TLS connection to carry it"]
    return "\n".join(visible(line, lines=True) for line in lines) + "\n"


def _mark(*, ok: bool) -> str:
    return "ok " if ok else "BAD"


def _tcp(result: ProbeResult) -> Iterator[str]:
    words = "connected" if result.tcp == "ok" else result.tcp
    first = result.explanation if result.tcp != "ok" else ""
    yield f"{_mark(ok=result.tcp == 'ok')} TCP   {words}{f': {first}' if first else ''}"
    if len(result.addresses) > 1:
        for one in result.addresses:
            yield f"          {one.address}: {one.tcp}"


def _tls(tls: TlsResult) -> Iterator[str]:
    spoken = ", ".join(filter(None, (tls.protocol, tls.cipher)))
    yield f"{_mark(ok=tls.ok)} TLS   {tls.fault or 'in order'}{f' ({spoken})' if spoken else ''}"
    for fault in tls.faults:
        yield f"          {fault}: {tls.explanations[fault]}"
    for note in tls.notes:
        yield f"          note: {note}"
    if tls.first_bytes:
        yield f"          first bytes: {tls.first_bytes}"
    if tls.chain:
        yield from _name(tls)
        yield from _chain(tls)


def _name(tls: TlsResult) -> Iterator[str]:
    if tls.matched_name:
        yield f"          name: {tls.server_name} is covered by {tls.matched_name}"
    listed = ", ".join(tls.sans[:6]) + (f" (+{len(tls.sans) - 6} more)" if len(tls.sans) > 6 else "")
    yield f"          certificate names: {listed or 'none'}"


def _chain(tls: TlsResult) -> Iterator[str]:
    yield f"          chain as served ({tls.chain_state}):"
    for depth, certificate in enumerate(tls.chain):
        branch = "" if depth == 0 else "   " * (depth - 1) + "└─ "
        yield f"            {branch}{_certificate(certificate)}"
    last = tls.chain[-1]
    branch = "   " * (len(tls.chain) - 1) + "└─ "
    if tls.trusted_root is None:
        if not last.self_signed and not last.problem:
            yield f"            {branch}{last.issuer}  (not served, not trusted)"
    elif last.subject != tls.trusted_root:
        yield f"            {branch}{tls.trusted_root}  (trusted root)"


def _certificate(certificate: CertificateView) -> str:
    if certificate.problem:
        return certificate.problem
    state = _STATES.get(certificate.validity)
    own = ", self-signed" if certificate.self_signed else ""
    dates = f"{_day(certificate.not_before)} to {_day(certificate.not_after)}"
    return f"{certificate.subject}  [{dates}{f', {state}' if state else ''}{own}]"


def _day(moment: datetime | None) -> str:
    return (zulu(moment) or "?").partition("T")[0]


def _http(http: HttpResult) -> Iterator[str]:
    status = f"{http.version} {http.status}" if http.status is not None else http.fault or ""
    unverified = "  (over TLS that is not in order)" if http.verified is False else ""
    yield f"{_mark(ok=http.ok)} HTTP  {status}{unverified}"
    if http.explanation:
        yield f"          {f'{http.fault}: ' if http.fault else ''}{http.explanation}"
    if http.location:
        yield f"          redirect to {http.location} (not followed)"
    if http.server:
        yield f"          server: {http.server}"
    if http.first_bytes:
        yield f"          first bytes: {http.first_bytes}"
