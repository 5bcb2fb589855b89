"""doctor, logs, export and the names of the menus: one job each, against a local Slack and evidence instead of AWS."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.aws.doctor import Reading as Tried
from bot.demo.slack.faults import Fault
from bot.diagnosis import engine
from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import from_json, to_json
from bot.diagnosis.model import Gap, GapReason
from bot.jobs.interface import Job
from bot.jobs.message import job_id
from bot.reading import CannotReadError, InThreads, SharedReadings
from bot.report.pace import Pace
from bot.report.poster import Poster
from bot.report.render import Renderer
from bot.report.slack_client import worker_client
from bot.report.uploads import Uploads
from bot.store.catalogue import Catalogue, NamedApi, Parts, Place
from bot.store.database import Database
from bot.store.health import Examinations
from bot.store.interface import Run, RunState
from bot.store.reports import Reports
from bot.store.sqlite import SqliteStore
from bot.tasks.answering import Answers
from bot.tasks.asking import CatalogueAsk, DoctorAsk, ExportAsk, LogsAsk
from bot.tasks.doctor import Doctor
from bot.tasks.files import FileExport
from bot.tasks.fresh_logs import SOURCES, FreshLogs
from bot.tasks.names import NameReader
from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.bench import ALICE, CHANNEL, Reading, broken, control_of, local_slack, no_wait
from tests.handlers.worker_bench import CLOCK, shown
from tests.report import samples

ASKER = {"channel": CHANNEL, "user": ALICE, "reference": "ab12cd34"}


def job(kind, ask, key="one", attempts=1):
    return Job(job_id(key), kind, ask.model_dump(mode="json"), key, None, attempts, datetime(2026, 11, 22, tzinfo=UTC))


@dataclass
class Bench:
    slack: object
    store: object
    client: object
    answers: Answers
    tried: list = field(default_factory=list)

    def doctor(self, *readings):
        def examine(region, account):
            if account:
                raise CannotReadError(f"The account {account} is not configured here.")
            return readings

        return Doctor(self.answers, examine, Examinations(self.store.values), CLOCK)

    def logs(self, reading):
        readings = SharedReadings(InThreads(reading, CLOCK, threads=2), deadline=20)
        return FreshLogs(self.answers, readings, Reports(self.store))

    def export(self):
        uploads = Uploads(self.client, self.store.posts, Pace(lambda: 0.0, no_wait, 0))
        return FileExport(self.answers, uploads, self.store.runs, Reports(self.store))

    def messages(self):
        return shown(self.slack)


@pytest.fixture
async def bench(tmp_path):
    async with local_slack() as slack, Database(tmp_path / "db.sqlite3") as database:
        store = SqliteStore(database)
        client = worker_client(slack.workspace.apps[0].bot_token, slack.api_url, sleep=no_wait)
        poster = Poster(client, store.posts, Pace(lambda: 0.0, no_wait, 0), sleep=no_wait)
        yield Bench(slack, store, client, Answers(poster, Renderer(ids.for_templates())))


# --- doctor -------------------------------------------------------------------------------------------------------

ALLOWED = Tried("apigateway:GET", "allowed")
DENIED = Tried("ec2:DescribeSubnets", "denied")
UNKNOWN = Tried("health:DescribeEvents", "not-known", "SubscriptionRequiredException")


async def test_doctor_tells_what_is_refused_and_remembers_it(bench):
    ask = DoctorAsk(region="eu-west-1", **ASKER)
    await bench.doctor(ALLOWED, DENIED, UNKNOWN).handle(job("doctor", ask))
    (message,) = bench.messages()
    assert "I may do 1 read; 1 are refused" in message["text"]
    (kept,) = await Examinations(bench.store.values).all()
    assert (kept.allowed, kept.denied) == (1, ("ec2:DescribeSubnets",))
    assert kept.unknown == ("health:DescribeEvents: SubscriptionRequiredException",)


async def test_doctor_of_an_unknown_account_says_so(bench):
    await bench.doctor(ALLOWED).handle(job("doctor", DoctorAsk(region="eu-west-1", account="x", **ASKER)))
    assert "The account x is not configured here." in bench.messages()[0]["text"]


async def test_doctor_that_is_given_up_is_told_with_its_reference(bench):
    await bench.doctor().on_dead(job("doctor", DoctorAsk(region="eu-west-1", **ASKER)), "boom")
    assert "ab12cd34" in bench.messages()[0]["text"]


# --- logs ---------------------------------------------------------------------------------------------------------


async def test_logs_reads_the_log_sources_alone_and_show_logs_opens_them(bench):
    reading = Reading()
    await bench.logs(reading).handle(job("logs", LogsAsk(request=w.request(), **ASKER)))
    (message,) = bench.messages()
    assert "1 failing request in the log" in message["text"]
    kept = await Reports(bench.store).get(job_id("one"))
    assert kept.logs[0].lines[-1].endswith("Method completed with status: 500")
    assert {source for source, _ in (await _read_by(bench, reading)).reads} <= SOURCES


async def _read_by(bench, reading):
    readings = SharedReadings(InThreads(reading, CLOCK, threads=2), deadline=20)
    return await readings.evidence(w.request(), lambda *_: None, only=SOURCES)


async def test_a_look_that_is_too_long_keeps_the_newest_requests_and_counts_the_others(bench):
    long = samples.report(
        logs=tuple(samples.logged(number, *["x" * 1000] * 100) for number in range(1, 6)), failing_requests=5
    )
    kept = await Reports(bench.store).keep_logs("look", long)
    assert (len(kept.logs), kept.failing_requests) == (2, 5)
    assert await Reports(bench.store).get("look") == kept


async def test_where_no_request_failed_it_says_so_and_what_hides_them(bench):
    silent = w.changed(s.STAGE, f"REST/{w.API}/prod", w.stage(method_settings={}), w.healthy())
    await bench.logs(Reading(silent)).handle(job("logs", LogsAsk(request=w.request(), **ASKER)))
    (message,) = bench.messages()
    assert "no failing request was logged in the last 60 minutes" in message["text"]
    assert ids.SHOW_LOGS not in str(message["blocks"])


async def test_logs_of_an_unknown_api_ask_which_one_was_meant(bench):
    request = w.request().model_copy(update={"api": "nope"})
    near = w.changed(s.REST_APIS, "nope", r.ApiMatches(near=("orders",)), w.healthy(api="nope"))
    await bench.logs(Reading(near)).handle(job("logs", LogsAsk(request=request, **ASKER)))
    assert "no API of this name" in bench.messages()[0]["text"]


async def test_logs_without_credentials_say_so(bench):
    def nobody(_):
        raise CannotReadError("I cannot read AWS: the credentials have expired.")

    await bench.logs(nobody).handle(job("logs", LogsAsk(request=w.request(), **ASKER)))
    assert "the credentials have expired" in bench.messages()[0]["text"]


# --- export -------------------------------------------------------------------------------------------------------


async def keep_run(store, evidence=None):
    evidence = evidence or broken()
    report = engine.report(evidence)
    run = Run(
        run_id=samples.RUN,
        job_key="k",
        request=w.request().model_dump(mode="json"),
        created=samples.AT,
        state=RunState.DONE,
        report=report.to_json(),
    )
    await store.runs.save(run, evidence=to_json(evidence))


async def thread(bench):
    async with control_of(bench.slack) as control:
        return (await control("message", channel=CHANNEL, user=ALICE, text="the report"))["ts"]


def uploaded(bench):
    return {file.name: file.content.decode() for file in bench.slack.state.files if file.channels}


async def test_the_bundle_is_report_and_evidence_and_can_be_replayed(bench):
    await keep_run(bench.store)
    ts = await thread(bench)
    ask = ExportAsk(run=samples.RUN, what="bundle", thread_ts=ts, **ASKER)
    await bench.export().handle(job("export", ask))
    (message,) = bench.messages()
    assert message["thread_ts"] == ts
    report, evidence = uploaded(bench).values()
    assert engine.report(from_json(evidence)).to_json() == report


async def test_the_log_lines_are_a_file_without_secrets(bench):
    secret = "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
    leaky = samples.report(logs=(samples.logged(1, secret, "Method completed with status: 500"),))
    await Reports(bench.store).keep_logs("look", leaky)
    ask = ExportAsk(run="look", what="logs", thread_ts=await thread(bench), **ASKER)
    await bench.export().handle(job("export", ask))
    ((name, text),) = uploaded(bench).items()
    assert name.startswith("orders-prod-logs-")
    assert "Method completed with status: 500" in text
    assert "eyJzdWIiOiIxIn0" not in text


async def test_an_export_after_a_crash_is_not_uploaded_twice(bench):
    await keep_run(bench.store)
    ask = ExportAsk(run=samples.RUN, what="bundle", thread_ts=await thread(bench), **ASKER)
    await bench.export().handle(job("export", ask))
    await bench.export().handle(job("export", ask, attempts=2))
    assert len(bench.messages()) == 1


async def test_an_upload_whose_outcome_was_lost_is_found_in_the_thread(bench, monkeypatch):
    await keep_run(bench.store)
    ask = ExportAsk(run=samples.RUN, what="bundle", thread_ts=await thread(bench), **ASKER)

    async def dies(*_):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store.posts, "posted", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await bench.export().handle(job("export", ask))
    await bench.export().handle(job("export", ask, attempts=2))
    assert len(bench.messages()) == 1


async def test_where_slack_takes_no_files_whoever_asked_is_told(bench):
    await keep_run(bench.store)
    bench.slack.state.faults.add(Fault(method="files.getUploadURLExternal", error="missing_scope"))
    ask = ExportAsk(run=samples.RUN, what="bundle", thread_ts=await thread(bench), **ASKER)
    await bench.export().handle(job("export", ask))
    assert "files:write must be installed again" in bench.messages()[0]["text"]


async def test_an_export_of_a_forgotten_run_says_so(bench):
    ask = ExportAsk(run="gone", what="bundle", thread_ts=await thread(bench), **ASKER)
    await bench.export().handle(job("export", ask))
    assert "no longer kept" in bench.messages()[0]["text"]


# --- names --------------------------------------------------------------------------------------------------------


class Names:
    """What AWS lists, and how often it was asked."""

    def __init__(self, apis=(), parts=None):
        self.apis_there, self.parts_there, self.asked = apis, parts, 0

    def apis(self, region, account):
        self.asked += 1
        return self.apis_there

    def parts(self, region, account, api_id):
        self.asked += 1
        return self.parts_there


PLACE = Place("eu-west-1")


async def test_names_are_read_once_while_they_are_fresh(bench):
    names = Names(apis=[NamedApi("b", "payments", "REST"), NamedApi("a", "Orders", "HTTP")])
    catalogue = Catalogue(bench.store.values)
    for _ in range(2):
        await NameReader(names, catalogue, CLOCK).handle(job("catalogue", CatalogueAsk(region="eu-west-1")))
    assert [api.name for api in await catalogue.apis(PLACE)] == ["Orders", "payments"]
    assert names.asked == 1


async def test_what_cannot_be_read_leaves_what_was_known(bench, caplog):
    catalogue = Catalogue(bench.store.values)
    await catalogue.keep_apis(PLACE, [NamedApi("a", "orders", "REST")], datetime(2020, 1, 1, tzinfo=UTC))
    refused = Gap(action="apigateway:GET", resource="eu-west-1", reason=GapReason.ACCESS_DENIED)
    await NameReader(Names(refused), catalogue, CLOCK).handle(job("catalogue", CatalogueAsk(region="eu-west-1")))
    assert len(await catalogue.apis(PLACE)) == 1
    assert "apigateway:GET" in caplog.text


async def test_more_names_than_a_value_holds_are_left_out_and_can_be_typed(bench):
    catalogue = Catalogue(bench.store.values)
    many = [NamedApi(f"{number:010}", f"{number:05}-" + "x" * 200, "REST") for number in range(2000)]
    await catalogue.keep_apis(PLACE, many, CLOCK.now())
    kept = await catalogue.apis(PLACE)
    assert list(kept) == many[: len(kept)]
    assert 1000 < len(kept) < 2000


async def test_stages_and_routes_are_those_of_one_api(bench):
    catalogue = Catalogue(bench.store.values)
    ask = CatalogueAsk(region="eu-west-1", api="a")
    await NameReader(Names(parts=Parts(("prod",), ("GET /",))), catalogue, CLOCK).handle(job("catalogue", ask))
    assert await catalogue.parts(PLACE, "a") == Parts(("prod",), ("GET /",))
    assert await catalogue.parts(PLACE, "b") == Parts()
