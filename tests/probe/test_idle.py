"""Who ends a connection that is left alone: over a scripted stream with a clock of its own, and over a real one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.probe.idle import watch
from bot.probe.prober import probe
from bot.probe.target import Limits, target_from_url
from tests.probe.certificates import Authority
from tests.probe.conftest import NAME, PATIENT
from tests.probe.servers import OK, answering, serving, tls_context

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FAREWELL = b"HTTP/1.1 408 Request Timeout\r\n\r\n"
TARGET = target_from_url("http://api.example.com/health")
LIMITS = Limits(idle=400)


@dataclass
class Backend:
    """A stream whose time is its own: each step takes some seconds and then gives bytes, an end or an error."""

    steps: list[tuple[float, bytes | Exception]]
    now: float = 0.0
    sent: list[bytes] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def send(self, data: bytes, seconds: float) -> None:
        self.sent.append(data)

    async def receive(self, seconds: float) -> bytes:
        takes, what = self.steps.pop(0) if self.steps else (10_000.0, b"")
        self.now += min(takes, seconds)
        if takes > seconds:
            raise TimeoutError
        if isinstance(what, Exception):
            raise what
        return what


WATCHED = [
    pytest.param([(0.1, KEPT)], "kept", 400.0, "still open after 400 s", id="outlasts load balancers"),
    pytest.param([(0.1, KEPT), (5.0, b"")], "closed", 5.0, "sooner than the idle timeout", id="five seconds"),
    pytest.param([(0.1, KEPT), (75.0, b"")], "closed", 75.0, "350 s (network)", id="outlasts an ALB only"),
    pytest.param([(0.1, KEPT), (360.0, b"")], "closed", 360.0, "later than load balancers", id="outlasts an NLB"),
    pytest.param([(0.1, KEPT), (9.0, ConnectionResetError())], "reset", 9.0, "reset the idle", id="reset"),
    pytest.param(
        [(0.1, KEPT), (9.0, b"HTTP/1.1 408 Timeout\r\n\r\n"), (0.0, b"")], "closed", 9.0, "9 s", id="farewell"
    ),
    pytest.param([(0.1, KEPT[:20]), (0.1, KEPT[20:]), (5.0, b"")], "closed", 5.0, "5 s", id="answer in two parts"),
]


@pytest.mark.parametrize(("steps", "state", "seconds", "words"), WATCHED)
async def test_watched(steps: list[tuple[float, bytes | Exception]], state: str, seconds: float, words: str) -> None:
    backend = Backend(list(steps))
    result = await watch(backend, TARGET, LIMITS, clock=backend.clock)
    assert (result.state, result.seconds) == (state, seconds)
    assert words in result.explanation
    assert b"Connection: keep-alive" in backend.sent[0]


NOTHING_TO_WATCH = [
    pytest.param([(0.1, OK)], "no keep-alive", id="it says that it closes"),
    pytest.param([(0.1, b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")], "no keep-alive", id="HTTP/1.0"),
    pytest.param([(0.1, b"HTTP/1.1 200 OK\r\n\r\nto the end")], "answer's own end", id="no length"),
    pytest.param([(0.1, KEPT[:20]), (0.1, b"")], "no whole answer", id="half an answer"),
    pytest.param([], "no whole answer", id="no answer"),
    pytest.param([(0.1, ConnectionResetError())], "no whole answer", id="reset"),
]


@pytest.mark.parametrize(("steps", "words"), NOTHING_TO_WATCH)
async def test_nothing_to_watch(steps: list[tuple[float, bytes | Exception]], words: str) -> None:
    backend = Backend(list(steps))
    result = await watch(backend, TARGET, LIMITS, clock=backend.clock)
    assert (result.state, result.seconds) == ("not-tested", None)
    assert words in result.explanation


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_real_backend_that_hangs_up_after_its_answer(authority: Authority, scheme: str) -> None:
    context = tls_context(authority, authority.leaf(NAME), authority.intermediate) if scheme == "https" else None
    async with serving(answering(KEPT), context) as port:
        target = target_from_url(f"{scheme}://127.0.0.1:{port}/", server_name=NAME, ca_file=authority.ca_file)
        result = await probe(target, limits=PATIENT.model_copy(update={"idle": 60.0}))
    assert (result.ok, result.idle.state) == (True, "closed")


async def test_no_watch_unless_asked_for_and_none_over_a_fault() -> None:
    async with serving(answering(b"garbage")) as port:
        target = target_from_url(f"http://127.0.0.1:{port}/")
        assert (await probe(target, limits=PATIENT.model_copy(update={"idle": 60.0}))).idle is None
    async with serving(answering(KEPT)) as port:
        assert (await probe(target_from_url(f"http://127.0.0.1:{port}/"), limits=PATIENT)).idle is None
