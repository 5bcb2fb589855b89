"""``python -m bot.demo.aws``: the demo world as a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import boto3
import pytest


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_the_demo_world_until_interrupted(interrupt: signal.Signals) -> None:
    command = [sys.executable, "-m", "bot.demo.aws", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own module
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        client = boto3.client(
            "apigateway",
            endpoint_url=found[0],
            region_name="eu-west-1",
            aws_access_key_id="demo",
            aws_secret_access_key="demo",
        )
        names = {api["name"] for api in client.get_rest_apis(limit=500)["items"]}
        process.send_signal(interrupt)
        try:
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
    assert {"catalog", "orders", "twins"} <= names
