"""A probe's result as text: each part has its lines, each fault its advice, and nothing grows without end."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.probe import advice
from bot.probe.result import (
    FAULT_ORDER,
    AddressResult,
    CertificateView,
    HttpFault,
    HttpResult,
    IdleResult,
    ProbeResult,
    TcpState,
    TlsResult,
)
from bot.probe.text_rendering import render
from tests.probe.conftest import NAME


def _tls(**changes: object) -> TlsResult:
    return TlsResult(**{"faults": (), "explanations": {}, "protocol": "TLSv1.2", "server_name": NAME} | changes)


def _result(**changes: object) -> ProbeResult:
    return ProbeResult(
        **{"target": "https://10.0.0.5:443/", "address": "10.0.0.5", "tcp": "ok", "explanation": ""} | changes
    )


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        pytest.param(
            _result(tcp="refused", address=None, explanation="10.0.0.5:443 refused the TCP connection"),
            ["BAD TCP   refused: 10.0.0.5:443 refused the TCP connection", "          → start the service"],
            id="TCP",
        ),
        pytest.param(
            _result(
                addresses=(AddressResult(address="10.0.0.5", tcp="ok"), AddressResult(address="::7", tcp="timeout"))
            ),
            ["          10.0.0.5: ok", "          ::7: timeout"],
            id="several addresses",
        ),
        pytest.param(
            _result(tls=_tls(faults=("not-tls",), explanations={"not-tls": "an SSH server"}, first_bytes="SSH-2.0")),
            ["BAD TLS   not-tls (TLSv1.2)", "          first bytes: SSH-2.0", "--  HTTP  not asked"],
            id="no TLS",
        ),
        pytest.param(
            _result(http=HttpResult(status=302, version="HTTP/1.1", location="https://x.example.com/", server="nginx")),
            [
                "ok  HTTP  HTTP/1.1 302",
                "          redirect to https://x.example.com/ (not followed)",
                "          server: nginx",
            ],
            id="redirect",
        ),
        pytest.param(
            _result(http=HttpResult(fault="not-http", explanation="no HTTP", first_bytes="\\x00")),
            ["BAD HTTP  not-http", "          first bytes: \\x00", "          → check that this is the port"],
            id="no HTTP",
        ),
        pytest.param(
            _result(idle=IdleResult(state="closed", seconds=5.0, explanation="the backend closed it")),
            ["!!  IDLE  closed", "          the backend closed it"],
            id="idle connection",
        ),
    ],
)
def test_each_part_has_its_lines(result: ProbeResult, lines: list[str]) -> None:
    text = render(result)
    assert [line for line in lines if line not in text] == []


def test_a_long_list_of_names_is_cut() -> None:
    view = CertificateView(
        subject="CN=many",
        issuer="CN=x",
        sans=(),
        not_before=None,
        not_after=None,
        self_signed=False,
        is_ca=False,
        sha256="",
        validity="unknown",
    )
    names = tuple(f"n{number}.example.com" for number in range(3_000))
    text = render(_result(tls=_tls(chain=(view,), sans=names, subject="CN=many")))
    assert "(+2994 more)" in text
    assert len(text) < 1_500


def test_every_fault_has_an_advice() -> None:
    assert set(advice.TLS) == set(FAULT_ORDER)
    assert set(advice.HTTP) == set(get_args(HttpFault))
    assert set(advice.TCP) == set(get_args(TcpState)) - {"ok"}
