"""How long a backend keeps an idle connection: one that it closes first may be closed under a request.

A load balancer keeps connections to a target for further requests. If the target's own keep-alive is shorter than the
load balancer's idle timeout, a request can meet a closing connection and gets a reset: HTTP 500 or 502, now and then.
Sources: AWS: network-load-balancers "Connection idle timeout" (350 seconds unless changed for TCP; fixed for TLS),
application-load-balancers "Connection idle timeout" (60 seconds unless changed).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

from bot.probe import http_message
from bot.probe.http_exchange import Stream, request_bytes
from bot.probe.result import IdleResult, IdleState
from bot.probe.target import Limits, Target

_IDLE_TIMEOUTS = (("application", 60), ("network", 350))


async def watch(
    stream: Stream, target: Target, limits: Limits, *, clock: Callable[[], float] = time.monotonic
) -> IdleResult:
    """Ask once, then leave the connection alone for `limits.idle` seconds and see who ends it."""
    problem = await _asked(stream, target, limits, clock)
    if problem:
        return IdleResult(state="not-tested", explanation=problem)
    begin, taken = clock(), 0
    state: IdleState = "kept"
    try:
        while taken < limits.max_bytes:
            data = await stream.receive(max(0.0, begin + limits.idle - clock()))
            if not data:
                state = "closed"
                break
            taken += len(data)  # such as a farewell (HTTP 408) before the end
    except TimeoutError:
        state = "kept"
    except (ConnectionError, ssl.SSLError):
        state = "reset"
    after = round(clock() - begin, 1)
    return IdleResult(state=state, seconds=after, explanation=_words(state, after))


async def _asked(stream: Stream, target: Target, limits: Limits, clock: Callable[[], float]) -> str:
    """Ask and read the whole answer; say why there is nothing to watch, where there is not."""
    end, data = clock() + limits.answer, b""
    try:
        await stream.send(request_bytes(target, keep_alive=True), limits.answer)
        while len(data) < limits.max_bytes:
            message = http_message.read(data)
            if message.body is not None:
                body = http_message.body_of(message, target.method)
                if message.status is None or message.problem or body.state in ("open-ended", "broken"):
                    return "the answer's own end is the end of the connection"
                if body.state == "whole":
                    return "" if _kept(message) else "the backend offers no keep-alive: it closes after each answer"
            more = await stream.receive(max(0.0, end - clock()))
            if not more:
                break
            data += more
    except (TimeoutError, ConnectionError, ssl.SSLError):
        return "the request got no whole answer"
    return "the request got no whole answer"


def _kept(message: http_message.Message) -> bool:
    """Whether the backend means to keep the connection (RFC 9112, 9.3)."""
    said = message.fields.get("connection", "").lower()
    return "close" not in said and (message.version == "HTTP/1.1" or "keep-alive" in said)


def _words(state: IdleState, after: float) -> str:
    longer = [f"{seconds} s ({name})" for name, seconds in _IDLE_TIMEOUTS if after <= seconds]
    kept = f"the idle timeout of load balancers: {' and '.join(longer)}"
    if state == "kept":
        still = f"the connection was still open after {after:g} s without a request"
        return f"{still}; only a longer watch shows whether it outlasts {kept}" if longer else still
    ended = f"the backend {'reset' if state == 'reset' else 'closed'} the idle connection after {after:g} s"
    if not longer:
        return f"{ended}, later than load balancers do"
    return f"{ended}, sooner than {kept}. A request that meets the end fails: let the backend keep connections longer"
