"""A local Amazon SQS and DynamoDB (moto's server), for the tests of what keeps its data there."""

from __future__ import annotations

import itertools
import logging
import threading
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

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


class OneWriteAtATime:
    """DynamoDB checks a condition and writes in one step. moto does not, where its threads work at the same time."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environment: dict[str, Any], start_response: Any) -> Any:
        if environment.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            with self._lock:
                return self._app(environment, start_response)
        return self._app(environment, start_response)


class AwsServices:
    """Starts the server, and makes tables and queues that nobody else uses."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = OneWriteAtATime(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self._server.serve_forever, name="moto", daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
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
        self._server.shutdown()
        self._server.server_close()
