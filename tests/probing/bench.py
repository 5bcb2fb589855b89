"""A vantage that says what a test wants, and a probe worker as a process starts with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.access import Guard
from bot.diagnosis import engine
from bot.jobs.interface import Job
from bot.jobs.message import job_id
from bot.probe.order import Order
from bot.probe.result import CertificateView, HttpResult, ProbeResult, TlsResult
from bot.probing.asking import PROBE, ProbeAsk
from bot.probing.vantage import CannotProbeError
from bot.probing.worker import ProbeWorker
from bot.report.pace import Pace
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from handlers import ids
from tests.handlers.bench import ALICE, CHANNEL, no_wait
from tests.handlers.worker_bench import NOW

VIEW = CertificateView(
    subject="CN=other.example.com",
    issuer="CN=Example Root",
    sans=("other.example.com",),
    not_before=NOW - timedelta(days=1),
    not_after=NOW + timedelta(days=90),
    self_signed=False,
    is_ca=False,
    sha256="00",
    validity="valid",
)
WRONG_NAME = TlsResult(
    faults=("hostname-mismatch",),
    explanations={"hostname-mismatch": "orders.example.com is not among other.example.com"},
    subject="CN=other.example.com",
    sans=("other.example.com",),
    not_after=NOW + timedelta(days=90),
    protocol="TLSv1.3",
    cipher="TLS_AES_128_GCM_SHA256",
    trusted_root="CN=Example Root",
    chain=(VIEW,),
)


@dataclass
class Standin:
    """A place to probe from where every address shows the same."""

    tls: TlsResult | None = WRONG_NAME
    http: HttpResult | None = field(default_factory=lambda: HttpResult(status=200))
    trouble: CannotProbeError | None = None
    name: str = "the test's host"
    orders: list[Order] = field(default_factory=list)

    async def probe(self, order: Order, request: object) -> Sequence[ProbeResult]:
        self.orders.append(order)
        if self.trouble:
            raise self.trouble
        return [
            ProbeResult(
                target=f"{one.scheme}://{one.address}:{one.port}/",
                address=one.address,
                tcp="ok",
                explanation="",
                tls=self.tls if one.scheme == "https" else None,
                http=self.http,
            )
            for one in order.targets
        ]


def probe_job(run: str, message_ts: str, key: str = "press", **changes: str) -> Job:
    ask = ProbeAsk(
        **{"run": run, "channel": CHANNEL, "message_ts": message_ts, "user": ALICE, "reference": "ab12cd34", **changes}
    )
    return Job(job_id(key), PROBE, ask.model_dump(mode="json"), key, None, 1, NOW)


def clock_at(moment: datetime) -> engine.Clock:
    return engine.Clock(now=lambda: moment, monotonic=lambda: 100.0)


def probe_worker(slack, store, vantage, *, now: datetime = NOW, guard: Guard | None = None) -> ProbeWorker:
    app = slack.workspace.apps[0]
    client = worker_client(app.bot_token, slack.api_url, sleep=no_wait)
    return ProbeWorker(
        store=store,
        poster=Poster(client, store.posts, Pace(lambda: 0.0, no_wait, 0), sleep=no_wait),
        renderer=Renderer(ids.for_templates()),
        vantage=vantage,
        clock=clock_at(now),
        guard=guard,
    )
