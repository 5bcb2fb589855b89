"""An SQS queue of alarms, served by moto: what is kept is deleted, what is no alarm too, and nothing blocks."""

import asyncio
import json
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from bot.aws.alarm_queue import AlarmQueue, NotDeletedError
from bot.intake.arrivals import Arrivals
from bot.intake.queue import Delivery, QueueIntake
from bot.jobs.interface import PutResult
from bot.store.errors import StorageBusy
from tests.alarms import samples

NOW = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)


class Jobs:
    """Jobs as they were put; `trouble` is raised instead."""

    def __init__(self):
        self.put_jobs = {}
        self.trouble = None

    async def put(self, kind, body, *, key, group=None, delay=0):
        if self.trouble and body["alarm"]["alarm_name"] in self.trouble:
            raise StorageBusy("locked")
        known = key in self.put_jobs
        self.put_jobs.setdefault(key, {**body, "delay": delay, "group": group})
        return PutResult(key, known)


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def sqs():
    with mock_aws():
        yield boto3.Session(
            aws_access_key_id="AKIDLOCALEXAMPLE", aws_secret_access_key="local", region_name="eu-west-1"
        )


@pytest.fixture
def queue(sqs, monkeypatch):
    monkeypatch.setattr("bot.aws.alarm_queue._WAIT_SECONDS", 0)
    url = sqs.client("sqs").create_queue(QueueName="alarms", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    return AlarmQueue(sqs, url, "eu-west-1"), lambda body: sqs.client("sqs").send_message(
        QueueUrl=url, MessageBody=body
    )


def intake(queue, jobs):
    return QueueIntake(queue, Arrivals(jobs, "C01", settle=30), lambda: NOW)


ENVELOPE = json.dumps(samples.sns_envelope(samples.sns_message()))


@pytest.mark.parametrize(
    "body",
    [ENVELOPE, json.dumps(samples.sns_message()), json.dumps(samples.event_bridge())],
    ids=["an SNS envelope", "raw delivery", "EventBridge"],
)
async def test_an_alarm_becomes_a_job_and_is_deleted(queue, jobs, body):
    queue, send = queue
    send(body)
    await intake(queue, jobs).turn()
    (job,) = jobs.put_jobs.values()
    assert (job["wanted"], job["channel"], job["ts"], job["delay"]) == ("diagnosis", "C01", "", 0)
    assert queue.receive() == []


async def test_a_recovery_waits_whether_it_lasts(queue, jobs):
    queue, send = queue
    send(json.dumps(samples.sns_message(NewStateValue="OK")))
    await intake(queue, jobs).turn()
    (job,) = jobs.put_jobs.values()
    assert (job["wanted"], job["delay"]) == ("recovery", 30)


@pytest.mark.parametrize(
    "body",
    ["poison", "[" * 5000, json.dumps(samples.triggered_by(MetricName="CPU", Namespace="AWS/EC2"))],
    ids=["no JSON", "too deep", "another service's alarm"],
)
async def test_what_is_no_alarm_of_ours_is_deleted_and_blocks_nothing(queue, jobs, body):
    queue, send = queue
    send(body)
    send(ENVELOPE)
    turns = intake(queue, jobs)
    await turns.turn()
    await turns.turn()
    assert len(jobs.put_jobs) == 1
    assert queue.receive() == []


async def test_what_could_not_be_kept_is_delivered_again_and_holds_up_no_other(queue, jobs):
    queue, send = queue
    jobs.trouble = {"orders-prod-5xx"}
    send(ENVELOPE)
    send(json.dumps(samples.sns_message(AlarmName="other", AlarmArn=None)))
    turns = intake(queue, jobs)
    await turns.turn()
    await turns.turn()
    assert [job["alarm"]["alarm_name"] for job in jobs.put_jobs.values()] == ["other"]
    jobs.trouble = None
    await turns.turn()
    assert len(jobs.put_jobs) == 2
    assert queue.receive() == []


async def test_a_second_delivery_is_the_same_job(queue, jobs):
    queue, send = queue
    send(ENVELOPE)
    send(ENVELOPE)
    turns = intake(queue, jobs)
    await turns.turn()
    await turns.turn()
    assert len(jobs.put_jobs) == 1


async def test_a_queue_that_cannot_be_read_is_tried_again_with_growing_pauses(jobs):
    pauses, deliveries = [], []

    class Broken:
        def receive(self):
            if len(pauses) < 3:
                raise ConnectionError("no route")
            return [] if deliveries else [Delivery("1", ENVELOPE, "r")]

        def delete(self, done):
            deliveries.extend(done)

    async def sleep(seconds):
        pauses.append(seconds)

    running = QueueIntake(Broken(), Arrivals(jobs, "C01", settle=0), lambda: NOW, sleep)
    await running.start()
    while not deliveries:
        await asyncio.sleep(0)
    await running.stop()
    assert pauses == [1.0, 2.0, 4.0]
    assert len(jobs.put_jobs) == 1


def test_a_message_that_sqs_does_not_delete_is_told(queue):
    queue, _ = queue
    with pytest.raises(NotDeletedError, match="1 messages"):
        queue.delete([Delivery("1", "x", "not-a-receipt")])
