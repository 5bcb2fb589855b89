"""Alarms on the bench: cards as Amazon Q Developer posts them, and a local AWS that describes them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import boto3

from bot.aws.alarms import AlarmReader
from bot.demo.aws.parts import rest_api
from bot.demo.aws.server import LocalAws
from bot.demo.aws.world import World as AwsWorld
from bot.demo.slack import AMAZON_Q_APP, LocalSlack
from bot.demo.slack.workspace import DemoAlarm
from tests.diagnosis import worlds as w
from tests.handlers.bench import CHANNEL, Bench, Reading, bot_on

Row = dict[str, Any]
AMAZON_Q = "Amazon Q"


def card(name: str, *dimensions: tuple[str, str]) -> DemoAlarm:
    return DemoAlarm(name=name, app_id=AMAZON_Q_APP, channel=CHANNEL, region=w.REGION, dimensions=dimensions)


ORDERS = (("ApiName", "orders"), ("Stage", "prod"))
CARDS = (
    card("orders-prod-5xx", *ORDERS),
    card("orders-prod-latency", *ORDERS),
    card("cpu-high", ("InstanceId", "i-0a1")),
    card("orders-prod-count", *ORDERS),
    card("orders-any", ("ApiName", "orders")),
    card("twostages-any", ("ApiName", "twostages")),
    card("unlisted", *ORDERS),
    card("everything"),
)


def arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{w.REGION}:{w.ACCOUNT}:alarm:{name}"


def metric_alarm(name: str, metric: str, namespace: str = "AWS/ApiGateway", **dimensions: str) -> Row:
    return {
        "AlarmName": name,
        "AlarmArn": arn(name),
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": datetime(2026, 11, 22, 3, 11, tzinfo=UTC),
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": "Sum",
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": 60,
        "Threshold": 0.0,
    }


def composite_alarm(name: str, *children: str) -> Row:
    rule = " OR ".join(f'ALARM("{child}")' for child in children)
    return {"AlarmName": name, "AlarmArn": arn(name), "StateValue": "ALARM", "AlarmRule": rule}


ROWS = (
    metric_alarm("orders-prod-5xx", "5XXError", ApiName="orders", Stage="prod"),
    metric_alarm("orders-prod-latency", "Latency", ApiName="orders", Stage="prod"),
    metric_alarm("orders-prod-count", "Count", ApiName="orders", Stage="prod"),
    metric_alarm("orders-any", "5XXError", ApiName="orders"),
    metric_alarm("twostages-any", "5XXError", ApiName="twostages"),
    metric_alarm("cpu-high", "CPUUtilization", "AWS/EC2", InstanceId="i-0a1"),
    composite_alarm("everything", "cpu-high", "orders-prod-5xx"),
)


class LocalReader(AlarmReader):
    """The real reader, beside the world that it reads."""

    def __init__(self, session: boto3.Session, world: AwsWorld) -> None:
        super().__init__(session)
        self.world = world


def aws_with_alarms() -> AwsWorld:
    world = AwsWorld(account=w.ACCOUNT, region_name=w.REGION, now=datetime.now(UTC))
    region = world.home
    for row in ROWS:
        region.add("alarm", row)
    for name, stages in (("orders", ["prod"]), ("twostages", ["prod", "dev"])):
        api = rest_api.make_rest_api(region, name)
        deployment = rest_api.deploy(region, api)
        for stage in stages:
            rest_api.make_stage(region, api, stage, deployment, {})
    return world


@contextmanager
def alarm_reader() -> Iterator[tuple[LocalAws, LocalReader]]:
    """The real reader on a local AWS."""
    with LocalAws(aws_with_alarms()) as aws:
        variables = {
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "AWS_ACCESS_KEY_ID": "AKIDLOCALEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        with mock.patch.dict(os.environ, variables):
            yield aws, LocalReader(boto3.Session(), aws.world)


def part_of(message: dict[str, Any]) -> str:
    """Which part of its job a message of the bot's is."""
    return str((message["metadata"] or {}).get("event_payload", {}).get("part"))


class AlarmBench(Bench):
    """The bench, with alarms."""

    aws: AwsWorld

    async def alarm(self, name: str, state: str = "ALARM") -> dict[str, Any]:
        """An alarm changes its state, and Amazon Q posts it; returns when everything that follows from it is done."""
        self.now_in(name, state)
        self.slack.state.clock.move(2)  # cards tell seconds, and no alarm changes its state twice in one
        posted = await self.control("alarm", name=name, state=state)
        await self.settle()
        return dict(posted["message"])

    def now_in(self, name: str, state: str) -> None:
        """What DescribeAlarms says of an alarm from now on."""
        for row in self.aws.home.all("alarm"):
            if row["AlarmName"] == name:
                row["StateValue"] = state

    async def relay(self, **content: Any) -> dict[str, Any]:
        """Any message of that app's."""
        posted = await self.control("message", channel=CHANNEL, app=AMAZON_Q, **content)
        await self.settle()
        return dict(posted["message"])

    async def settle(self) -> None:
        await self.slack.settled()
        await self.idle()
        await self.slack.settled()

    def thread(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """What the bot has said in the thread of a message, behind its introduction."""
        return [mine for mine in self.messages() if mine["thread_ts"] == message["ts"] and part_of(mine) != "about"]

    def introduction(self, message: dict[str, Any]) -> dict[str, Any]:
        """The first line in the thread of a message."""
        return next(m for m in self.messages() if m["thread_ts"] == message["ts"] and part_of(m) == "about")

    def raised(self, ts: str) -> dict[str, Any]:
        """A message as it stands now, whoever wrote it."""
        return next(m for m in self.slack.messages(CHANNEL) if m["ts"] == ts)


@asynccontextmanager
async def alarm_bot(
    slack: LocalSlack, database: Path, reader: LocalReader, *, reading: Reading | None = None, **more: Any
) -> AsyncIterator[AlarmBench]:
    async with bot_on(slack, database, reading=reading, alarms=reader, **more) as bench:
        alarms = AlarmBench(bench.slack, bench.service, bench.reading, bench.control)
        alarms.aws = reader.world
        for row in ROWS:
            alarms.now_in(row["AlarmName"], "ALARM")
        yield alarms
