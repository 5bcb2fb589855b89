"""A local Amazon SQS and DynamoDB (moto's server), for the tests of what keeps its data there."""

from __future__ import annotations

import itertools
import logging
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from bot.store.aws_calls import AwsCalls
from bot.store.dynamodb_schema import TTL_ATTRIBUTE, table_properties

REGION = "eu-west-1"


class LocalSession(boto3.Session):
    """A session whose clients speak to a local server."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        self.endpoint = endpoint

    def client(self, *args: Any, **more: Any) -> Any:
        return super().client(*args, **{**more, "endpoint_url": self.endpoint})


class AwsServices:
    """Starts the server, and makes tables and queues that nobody else uses."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.session = LocalSession(self.endpoint)
        self.sqs = self.session.client("sqs")
        self.dynamodb = self.session.client("dynamodb")
        self._numbers = itertools.count()
        self._calls: dict[type[AwsCalls], AwsCalls] = {}

    def calls(self, kind: type[AwsCalls] = AwsCalls) -> AwsCalls:
        """The calls of a process. They are shared, because making the clients takes longer than a test."""
        return self._calls.setdefault(kind, kind(self.session))

    def table(self) -> str:
        name = f"vpclink-{next(self._numbers)}"
        self.dynamodb.create_table(TableName=name, **table_properties())
        specification = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
        self.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
        return name

    def queue(self) -> str:
        return str(self.sqs.create_queue(QueueName=f"jobs-{next(self._numbers)}")["QueueUrl"])

    def stop(self) -> None:
        self._server.stop()
