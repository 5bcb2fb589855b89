"""What `/metrics` tells, read with Prometheus's own parser."""

import aiohttp
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.aws.connection import Calls
from bot.aws.errors import Failure
from bot.diagnosis.model import GapReason
from bot.kinds import ByKind
from bot.metrics import AWS_CALLS, AwsTally, add_aws_calls
from tests.handlers.bench import bot_on, local_slack
from tests.handlers.worker_bench import job


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def grown():
    """`grown(name, **labels)`: by how much it has grown since it was first asked for."""
    before: dict[tuple, float] = {}

    def since(name: str, **labels: str) -> float:
        now = count(name, **labels)
        return now - before.setdefault((name, *sorted(labels.items())), now)

    return since


async def scraped(bench) -> dict[str, dict[tuple, float]]:
    async with aiohttp.ClientSession() as session, session.get(f"{bench.service.http.address}/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        families = text_string_to_metric_families(await response.text())
        return {
            sample.name: {
                **{tuple(sorted(one.labels.items())): one.value for one in family.samples if one.name == sample.name}
            }
            for family in families
            for sample in family.samples
        }


async def test_a_diagnosis_is_counted_from_the_acknowledgement_to_the_posts(tmp_path, grown):
    acknowledged = ("vpclink_acknowledgement_seconds_count", {"kind": "command"})
    done = ("vpclink_jobs_ended_total", {"kind": "diagnose", "outcome": "done"})
    timed = ("vpclink_job_duration_seconds_count", {"kind": "diagnose"})
    posted = ("vpclink_slack_calls_total", {"method": "chat.postMessage", "outcome": "ok"})
    everything = (acknowledged, done, timed, posted)
    for name, labels in everything:
        grown(name, **labels)
    async with local_slack(mode="http") as slack, bot_on(slack, tmp_path / "db.sqlite3", mode="http") as bench:
        await bench.command("diagnose orders prod")
        await bench.idle()
        found = await scraped(bench)
    assert [grown(name, **labels) for name, labels in everything] == [1, 1, 1, 2]
    assert found["vpclink_jobs"] == {(("state", s),): 0 for s in ("ready", "delayed", "running", "dead")}
    assert list(found["vpclink_build_info"].values()) == [1]
    assert "process_resident_memory_bytes" in found


async def test_a_rate_limit_and_a_refusal_are_counted_by_their_names(tmp_path, grown):
    limited = ("vpclink_slack_calls_total", {"method": "chat.postMessage", "outcome": "ratelimited"})
    refused = ("vpclink_slack_calls_total", {"method": "chat.postMessage", "outcome": "not_in_channel"})
    grown(limited[0], **limited[1])
    grown(refused[0], **refused[1])
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.control("faults", method="chat.postMessage", retry_after=1)
        await bench.control("faults", method="chat.postMessage", error="not_in_channel")
        await bench.command("diagnose orders prod")
        await bench.idle()
    assert grown(limited[0], **limited[1]) == 1
    assert grown(refused[0], **refused[1]) == 1


async def test_a_connection_after_the_first_is_counted(tmp_path, grown):
    grown("vpclink_socket_reconnects_total")
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3") as bench:
        await bench.until(lambda: len(slack.journal.find("socket", "hello")) == 1)
        await bench.control("disconnect", reason="refresh_requested")
        await bench.until(lambda: len(slack.journal.find("socket", "hello")) == 2)
        await bench.command("help")
    assert grown("vpclink_socket_reconnects_total") == 1


async def test_health_tells_of_the_service_and_livez_only_of_the_process(tmp_path):
    async with (
        local_slack(mode="http") as slack,
        bot_on(slack, tmp_path / "db.sqlite3", mode="http") as bench,
        aiohttp.ClientSession() as session,
    ):
        bench.service._tasks["housekeeping"].cancel()
        async with session.get(f"{bench.service.http.address}/healthz") as response:
            assert response.status == 503
            assert (await response.json())["problems"] == ["housekeeping ended"]
        async with session.get(f"{bench.service.http.address}/livez") as response:
            assert response.status == 200


class Ending:
    """A worker that ends as it is told."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    async def handle(self, _) -> None:
        if self.error:
            raise self.error

    async def on_dead(self, *_) -> None:
        pass


async def test_attempts_are_counted_by_how_they_end(grown):
    for outcome in ("failed", "dead", "done"):
        grown("vpclink_jobs_ended_total", kind="diagnose", outcome=outcome)
    await ByKind({"diagnose": Ending()}).handle(job())
    with pytest.raises(RuntimeError):
        await ByKind({"diagnose": Ending(RuntimeError("no"))}).handle(job())
    await ByKind({"diagnose": Ending()}).on_dead(job(), "no")
    found = [grown("vpclink_jobs_ended_total", kind="diagnose", outcome=x) for x in ("failed", "dead", "done")]
    assert found == [1, 1, 1]


def test_calls_to_aws_are_counted_by_service_and_outcome(local_connection, grown):
    for outcome in ("ok", "access-denied"):
        grown("vpclink_aws_calls_total", service="ec2", outcome=outcome)
    aws, connection = local_connection
    calls = Calls(connection)
    calls.call("ec2", "describe_subnets")
    list(calls.pages("ec2", "describe_subnets"))
    aws.switches.deny = {"ec2:DescribeSubnets"}
    with pytest.raises(Failure) as caught:
        calls.call("ec2", "describe_subnets")
    assert caught.value.reason is GapReason.ACCESS_DENIED
    assert grown("vpclink_aws_calls_total", service="ec2", outcome="ok") == 2
    assert grown("vpclink_aws_calls_total", service="ec2", outcome="access-denied") == 1


@pytest.fixture
def local_connection():
    from datetime import UTC, datetime

    import boto3

    from bot.aws.connection import Connection
    from bot.demo.aws.server import LocalAws
    from bot.demo.aws.topology import rest_v1_nlb
    from bot.demo.aws.world import World

    world = World(now=datetime.now(UTC))
    rest_v1_nlb(world)
    with LocalAws(world) as aws, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
        session = boto3.Session(aws_access_key_id="AKIDLOCALEXAMPLE", aws_secret_access_key="local")
        yield aws, Connection(session, "eu-west-1")


def test_what_another_process_counted_is_added_once(grown):
    tally = AwsTally()
    tally.take()
    AWS_CALLS.labels("iam", "ok").inc(3)
    assert tally.take() == {("iam", "ok"): 3}
    assert tally.take() == {}
    grown("vpclink_aws_calls_total", service="iam", outcome="throttled")
    add_aws_calls({("iam", "throttled"): 2})
    assert grown("vpclink_aws_calls_total", service="iam", outcome="throttled") == 2
