"""One local AWS for the module, and readers on it over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import boto3
import pytest

from bot.aws.collectors import COLLECTORS
from bot.aws.connection import Connection
from bot.aws.limits import Limiter
from bot.aws.reader import AwsReader
from bot.demo.aws.server import LocalAws
from bot.demo.aws.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(account="111122223333", region_name="eu-west-1", now=datetime.now(UTC))


@pytest.fixture(scope="module")
def local_aws(world: World) -> Iterator[LocalAws]:
    with LocalAws(world) as aws:
        yield aws


@pytest.fixture(scope="module")
def connection(local_aws: LocalAws) -> Iterator[Connection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIDLOCALEXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        yield Connection(boto3.Session(), "eu-west-1", Limiter({}))


@pytest.fixture
def reader(connection: Connection) -> Callable[[], AwsReader]:
    return lambda: AwsReader(connection, COLLECTORS)
