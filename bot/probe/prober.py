"""Probe one backend: TCP, then TLS where the URL says so, then one HTTP/1.1 request, each judged for itself."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.probe import first_bytes, http_exchange, http_judgement, idle, tls_judgement
from bot.probe.certificate_use import WEAK
from bot.probe.http_exchange import Answer
from bot.probe.result import HttpResult, IdleResult, ProbeResult, TlsResult
from bot.probe.target import Limits, Target
from bot.probe.tls_judgement import Facts
from bot.probe.tls_session import Handshake, Session, shake_hands
from bot.probe.transport import Connected, Connection, Deadline, connect, reconnect
from bot.probe.trust import Trust, load_trust

DEFAULT_LIMITS = Limits()
_CLIENT_CERTIFICATE_END = frozenset({"reset", "closed", "tls-error"})


async def probe(target: Target, *, limits: Limits = DEFAULT_LIMITS, now: datetime | None = None) -> ProbeResult:
    """Probe one target. What the backend does is in the result; `ValueError` is raised for an unusable CA file.

    `now` is the moment at which certificates are judged; the present by default.
    """
    trust = load_trust(target.ca_file)
    deadline = Deadline(limits.total)
    connected = await connect(target, limits, deadline)
    if connected.connection is None or connected.address is None:
        return _result(target, connected, None, None)
    run = _Run(target, limits, deadline, trust, connected.address, now or datetime.now(UTC))
    tls: TlsResult | None = None
    http: HttpResult | None = None
    if target.scheme == "http":
        http = await run.plain(connected.connection)
    else:
        tls, http = await run.encrypted(connected.connection)
    result = _result(target, connected, tls, http)
    if not limits.idle or http is None or not http.ok:
        return result
    later = replace(run, deadline=Deadline(limits.total + limits.idle))
    return result.model_copy(update={"idle": await later.watched()})


async def probe_all(targets: Iterable[Target], *, limits: Limits = DEFAULT_LIMITS) -> list[ProbeResult]:
    """Probe several targets, `limits.concurrency` at a time; results stand in the order of the targets."""
    free = asyncio.Semaphore(limits.concurrency)

    async def one(target: Target) -> ProbeResult:
        async with free:
            return await probe(target, limits=limits)

    return list(await asyncio.gather(*map(one, targets)))


@dataclass(frozen=True)
class _Run:
    """One probe under way, with what its steps share."""

    target: Target
    limits: Limits
    deadline: Deadline
    trust: Trust
    address: str
    now: datetime

    async def plain(self, connection: Connection) -> HttpResult:
        """HTTP without TLS."""
        try:
            answer = await http_exchange.ask(connection, self.target, self.limits, self.deadline)
        finally:
            connection.close()
        if not answer.data and await self._speaks_tls():
            words = "the port speaks TLS: it gave plain HTTP no answer, and answers a TLS handshake"
            return HttpResult(fault="tls-on-plain-port", explanation=words)
        return http_judgement.judge(answer, verified=None, method=self.target.method)

    async def encrypted(self, connection: Connection) -> tuple[TlsResult, HttpResult | None]:
        """TLS, and HTTP inside it as far as TLS carries, whatever is wrong with the certificate."""
        facts = Facts(self.target.name, await self._shake(connection, self.trust.accepting()))
        session = facts.accepting.session
        answer: Answer | None = None
        if session is not None:
            try:
                answer = await self._ask_inside(session, facts)
            finally:
                session.close()
        elif not facts.accepting.first_bytes:
            facts.plain_answer = await self._plain_answer()
        if facts.accepting.seen.chain:
            await self._verify(facts)
        tls = tls_judgement.judge(facts, self.trust, self.now)
        if answer is None or facts.refused_client:
            return tls, None
        return tls, http_judgement.judge(answer, verified=tls.ok, method=self.target.method)

    async def watched(self) -> IdleResult:
        """What becomes of a connection that is left alone after an answer."""
        connection = await self._reconnect()
        if connection is None:
            return IdleResult(state="not-tested", explanation="a further connection was not taken")
        try:
            if self.target.scheme == "http":
                return await idle.watch(connection, self.target, self.limits)
            handshake = await self._shake(connection, self.trust.accepting())
            if handshake.session is None:
                return IdleResult(state="not-tested", explanation="a further TLS handshake did not succeed")
            return await idle.watch(handshake.session, self.target, self.limits)
        finally:
            connection.close()

    async def _ask_inside(self, session: Session, facts: Facts) -> Answer:
        """The request over TLS. A TLS 1.3 server refuses a missing client certificate only after the handshake."""
        wants = facts.accepting.seen.certificate_requested
        if wants and facts.accepting.protocol == "TLSv1.3":
            early = await _early(session, self.deadline.within(self.limits.early))
            if early is not None:
                facts.refused_client = True
                return early
        answer = await http_exchange.ask(session, self.target, self.limits, self.deadline)
        facts.refused_client = wants and not answer.data and answer.end in _CLIENT_CERTIFICATE_END
        return answer

    async def _verify(self, facts: Facts) -> None:
        """Shake hands as a client of today that verifies; where protocols do not meet, as an older one too."""
        facts.verifying = await self._shake_again(self.trust.verifying())
        if facts.verifying is not None and facts.verifying.verify_code in WEAK:
            # What is weak is seen in the certificates themselves; whether they lead to a root is still to be found out.
            facts.verifying = await self._shake_again(self.trust.verifying(modern=False))
        if facts.accepting.end != "done" or facts.verifying is None:
            return
        if facts.verifying.end not in ("done", "unverified"):
            facts.modern = facts.verifying
            facts.verifying = await self._shake_again(self.trust.verifying(modern=False))

    async def _shake(self, connection: Connection, context: ssl.SSLContext) -> Handshake:
        return await shake_hands(
            connection,
            context,
            self.target.name,
            seconds=self.deadline.within(self.limits.handshake),
            max_bytes=self.limits.max_handshake_bytes,
        )

    async def _shake_again(self, context: ssl.SSLContext) -> Handshake | None:
        connection = await self._reconnect()
        if connection is None:
            return None
        handshake = await self._shake(connection, context)
        connection.close()
        return handshake

    async def _reconnect(self) -> Connection | None:
        return await reconnect(self.address, self.target.port, self.deadline.within(self.limits.connect))

    async def _speaks_tls(self) -> bool:
        """Whether the port answers a TLS handshake with TLS."""
        connection = await self._reconnect()
        if connection is None:
            return False
        seconds = self.deadline.within(self.limits.cross_check)
        context = self.trust.accepting()
        handshake = await shake_hands(
            connection, context, self.target.name, seconds=seconds, max_bytes=self.limits.max_handshake_bytes
        )
        connection.close()
        return first_bytes.is_tls(handshake.first_bytes)

    async def _plain_answer(self) -> bytes:
        """What the port says to plain HTTP."""
        connection = await self._reconnect()
        if connection is None:
            return b""
        limits = self.limits.model_copy(update={"answer": self.limits.cross_check})
        try:
            answer = await http_exchange.ask(connection, self.target, limits, self.deadline)
        finally:
            connection.close()
        return answer.data[:64]


async def _early(session: Session, seconds: float) -> Answer | None:
    """How the server ends a connection before any request; None where it lets it stand."""
    try:
        data = await session.receive(seconds)
    except TimeoutError:
        return None
    except ssl.SSLError as error:
        return Answer(end="tls-error", tls_reason=error.reason or str(error))
    except ConnectionError:
        return Answer(end="reset")
    return Answer(end="closed") if not data else None


def _result(target: Target, connected: Connected, tls: TlsResult | None, http: HttpResult | None) -> ProbeResult:
    parts = (connected.explanation, tls.explanation if tls else "", http.explanation if http else "")
    return ProbeResult(
        target=target.url,
        address=connected.address,
        addresses=connected.addresses,
        tcp=connected.state,
        explanation="; ".join(filter(None, parts)),
        tls=tls,
        http=http,
    )
