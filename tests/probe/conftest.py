from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.probe.prober import probe
from bot.probe.result import FAULT_ORDER, ProbeResult
from bot.probe.target import Limits, target_from_url
from tests.probe.certificates import Authority, Made

PATIENT = Limits(connect=10, handshake=10, answer=10, cross_check=10, early=0.05, total=60)
"""For servers that come to an end by themselves: nothing waits for these times, and a busy machine keeps them."""
TINY = Limits(connect=0.1, handshake=0.1, answer=0.1, cross_check=0.05, early=0.02, total=0.5)
"""For servers that do not: these times are what the test waits for."""
NAME = "api.example.com"

Probe = Callable[..., Awaitable[ProbeResult]]
CONTRACT = {
    "type": "object",
    "required": ["tcp", "tls", "http"],
    "properties": {
        "tcp": {"enum": ["ok", "refused", "timeout", "unreachable"]},
        "tls": {
            "type": ["object", "null"],
            "required": ["ok", "fault", "faults", "subject", "sans", "not_after", "protocol"],
            "properties": {
                "ok": {"type": "boolean"},
                "fault": {"enum": [None, *FAULT_ORDER]},
                "faults": {"type": "array", "items": {"enum": list(FAULT_ORDER)}, "uniqueItems": True},
                "sans": {"type": "array", "items": {"type": "string"}},
                "subject": {"type": ["string", "null"]},
                "protocol": {"enum": [None, "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]},
                "not_after": {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
            },
        },
        "http": {
            "type": ["object", "null"],
            "required": ["ok", "status", "fault"],
            "properties": {
                "ok": {"type": "boolean"},
                "status": {"type": ["integer", "null"]},
                "fault": {"enum": [None, "not-http", "tls-on-plain-port", "reset", "closed", "timeout"]},
            },
        },
    },
}
_PROMISED = {
    "tls": ("ok", "fault", "faults", "subject", "sans", "not_after", "protocol"),
    "http": ("ok", "status", "fault"),
}


def promised(result: ProbeResult) -> dict[str, Any]:
    """The JSON that other programs read, without what was added to it since."""
    found = result.to_contract()
    parts = {part: found[part] and {key: found[part][key] for key in keys} for part, keys in _PROMISED.items()}
    return {"tcp": found["tcp"], **parts}


def tls_part(
    served: Made | None, faults: tuple[str, ...], protocol: str | None = "TLSv1.3", sans: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """What is promised of a TLS handshake in which this certificate was served."""
    return {
        "ok": not faults,
        "fault": faults[0] if faults else None,
        "faults": list(faults),
        "subject": served and served.subject,
        "sans": list(served.names if served and sans is None else sans or ()),
        "not_after": served and f"{served.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
        "protocol": protocol,
    }


def http_part(status: int | None, fault: str | None = None) -> dict[str, Any]:
    """What is promised of an HTTP answer."""
    return {"ok": fault is None, "status": status, "fault": fault}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def probe_tls(authority: Authority) -> Probe:
    """Probe https on this port of 127.0.0.1 as api.example.com, trusting the bench's root."""

    async def run(port: int, *, limits: Limits = PATIENT, **given: Any) -> ProbeResult:
        settings = {"server_name": NAME, "ca_file": authority.ca_file} | given
        return await probe(target_from_url(f"https://127.0.0.1:{port}/health", **settings), limits=limits)

    return run


@pytest.fixture
def probe_http() -> Probe:
    """Probe http on this port of 127.0.0.1."""

    async def run(port: int, *, limits: Limits = PATIENT) -> ProbeResult:
        return await probe(target_from_url(f"http://127.0.0.1:{port}/health?full=1"), limits=limits)

    return run


@pytest.fixture
def full_backlog() -> Iterator[int]:
    """A port whose queue of waiting connections is full: a further one gets no answer."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
