"""Which queue and store the settings choose, and the bot on Amazon SQS and DynamoDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backends import open_backends
from bot.jobs.interface import Job
from bot.jobs.sqlite import SqliteJobQueue
from bot.settings import Settings
from bot.store.errors import StorageError
from handlers import ids
from tests.aws_services import REGION, AwsServices
from tests.diagnosis import worlds as w
from tests.handlers.bench import Reading, bot_on, local_slack


@pytest.fixture
def on_aws(aws_services: AwsServices, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of a queue and a table, reached as the SDK's own settings say."""
    for name, value in {
        "AWS_ENDPOINT_URL_SQS": aws_services.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": aws_services.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    return {"VPCLINK_QUEUE_URL": aws_services.queue(), "VPCLINK_TABLE": aws_services.table()}


def settings_of(environment: dict[str, str]) -> Settings:
    return Settings.from_environment(environment, for_slack=False)


async def test_without_a_queue_it_is_the_sqlite_file(tmp_path: Path) -> None:
    async with open_backends(settings_of({"VPCLINK_DATABASE": str(tmp_path / "db")})) as backends:
        assert isinstance(backends.queue, SqliteJobQueue)
        assert backends.delivery is None
        await backends.store.values.put("s", "k", 1)
    assert (tmp_path / "db").exists()


async def test_with_queue_and_table_it_is_aws(on_aws: dict[str, str], aws_services: AwsServices) -> None:
    seen: list[Job] = []

    async def handler(job: Job) -> None:
        seen.append(job)

    async with open_backends(settings_of(on_aws)) as backends:
        put = await backends.queue.put("diagnose", {"api": "orders"}, key="Ev1")
        await backends.store.values.put("s", "k", 1)
        (message,) = aws_services.sqs.receive_message(QueueUrl=on_aws["VPCLINK_QUEUE_URL"])["Messages"]
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "eventSource": "aws:sqs",
        }
        assert backends.delivery is not None
        assert await backends.delivery.handle({"Records": [record]}, handler, seconds=60) == {"batchItemFailures": []}
    assert [job.id for job in seen] == [put.job_id]


async def test_a_table_that_is_missing_is_told_when_it_is_opened(on_aws: dict[str, str]) -> None:
    with pytest.raises(StorageError, match=f"expected a DynamoDB table nobody-made-it .* in {REGION}"):
        async with open_backends(settings_of({**on_aws, "VPCLINK_TABLE": "nobody-made-it"})):
            pass


async def test_the_bot_serves_from_aws_and_compares_with_its_report_after_a_restart(
    on_aws: dict[str, str], tmp_path: Path
) -> None:
    async with local_slack() as slack:
        async with bot_on(slack, tmp_path / "unused", **on_aws) as bench:
            await bench.command("diagnose orders prod")
            await bench.until(lambda: bench.messages())
            await bench.idle()
            assert "0 of 2 targets healthy" in bench.messages()[0]["text"]
            healthy, facts = await bench.service.health()
            assert (healthy, facts["jobs"]) == (True, {"ready": 0, "running": 0, "dead": 0})
        async with bot_on(slack, tmp_path / "unused", reading=Reading(w.healthy()), **on_aws) as bench:
            await bench.press(bench.messages()[0], ids.RERUN)
            await bench.until(lambda: len(bench.reports()) == 2)
            await bench.idle()
            assert "1 fixed" in bench.reports()[-1]["text"]
    assert not (tmp_path / "unused").exists()
