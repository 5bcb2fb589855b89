"""The server's life: start, stop, ports, and who gets which answer at the same time."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionError as AwsConnectionError
from botocore.exceptions import HTTPClientError

from bot.demo.aws import LocalAws, World
from bot.demo.aws.topology import rest_v1_nlb


def elbv2(aws: LocalAws) -> Any:
    return boto3.client(
        "elbv2",
        endpoint_url=aws.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
    )


def test_it_has_no_url_before_it_runs() -> None:
    with pytest.raises(RuntimeError, match="call start"):
        _ = LocalAws(World()).endpoint_url


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        LocalAws(World(), port=taken.getsockname()[1]).start()


def test_a_stopped_server_answers_nobody_not_even_on_an_open_connection() -> None:
    with LocalAws(World()) as aws:
        client = elbv2(aws)
        assert client.describe_load_balancers()["LoadBalancers"] == []
    with pytest.raises((AwsConnectionError, HTTPClientError)):
        client.describe_load_balancers()


def test_it_can_be_started_again() -> None:
    aws = LocalAws(World())
    for _ in range(2):
        with aws:
            assert elbv2(aws).describe_load_balancers()["LoadBalancers"] == []


def test_two_servers_have_two_worlds() -> None:
    full, empty = World(), World()
    rest_v1_nlb(full)
    with LocalAws(full) as one, LocalAws(empty) as other:
        assert len(elbv2(one).describe_load_balancers()["LoadBalancers"]) == 1
        assert elbv2(other).describe_load_balancers()["LoadBalancers"] == []


def test_many_callers_get_their_own_answers() -> None:
    world = World()
    names = [f"api-{number}" for number in range(12)]
    arns = {name: rest_v1_nlb(world, name).load_balancer_arn for name in names}
    with LocalAws(world) as aws, ThreadPoolExecutor(12) as pool:
        client = elbv2(aws)

        def ask(name: str) -> str:
            found = client.describe_load_balancers(LoadBalancerArns=[arns[name]])["LoadBalancers"]
            return str(found[0]["LoadBalancerName"])

        assert list(pool.map(ask, names * 4)) == [f"{name}-nlb" for name in names * 4]
        assert len(aws.recorder.calls("elbv2", "DescribeLoadBalancers")) == 48
