from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config

from bot.demo.aws import LocalAws, World
from bot.demo.aws.faults import FAULTS
from bot.demo.aws.topology import Topology, http_v2, rest_v1_nlb, rest_v2

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Clients = Callable[..., Any]


@pytest.fixture(scope="module")
def world() -> World:
    return World(now=NOW)


@pytest.fixture(scope="module")
def aws(world: World) -> Iterator[LocalAws]:
    with LocalAws(world) as server:
        yield server


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> None:
    if "aws" in request.fixturenames:
        server = request.getfixturevalue("aws")
        server.switches.reset()
        server.recorder.clear()


@pytest.fixture(scope="module")
def client(aws: LocalAws) -> Clients:
    """A boto3 client of the local AWS: one attempt, so that a refusal is seen as it is."""
    made: dict[tuple[Any, ...], Any] = {}

    def make(service: str, *, region: str = "eu-west-1", key: str = "AKIAEXAMPLE", read_timeout: float = 20) -> Any:
        wanted = (service, region, key, read_timeout)
        if wanted not in made:
            made[wanted] = boto3.client(
                service,
                endpoint_url=aws.endpoint_url,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key="secret",
                config=Config(
                    retries={"mode": "standard", "total_max_attempts": 1},
                    read_timeout=read_timeout,
                    inject_host_prefix=False,
                ),
            )
        return made[wanted]

    return make


VARIANTS: dict[str, Callable[[World], Topology]] = {
    "rest-v1-instance": lambda world: rest_v1_nlb(world),
    "rest-v1-ip-literal-link": lambda world: rest_v1_nlb(world, target_type="ip", variable=None),
    "rest-v1-https-passed-through": lambda world: rest_v1_nlb(world, scheme="https"),
    "rest-v1-https-tls-listener": lambda world: rest_v1_nlb(world, scheme="https", listener="TLS"),
    "rest-v1-nlb-without-group": lambda world: rest_v1_nlb(world, security_group=False),
    "rest-v1-odd-port": lambda world: rest_v1_nlb(world, port=8090),
    "rest-v1-alb": lambda world: rest_v1_nlb(world, target_type="alb"),
    "rest-v1-alb-https": lambda world: rest_v1_nlb(world, target_type="alb", scheme="https"),
    "rest-v2-alb": lambda world: rest_v2(world),
    "rest-v2-alb-https": lambda world: rest_v2(world, scheme="https", variable="link"),
    "rest-v2-nlb": lambda world: rest_v2(world, balancer="nlb"),
    "http-v2-alb": lambda world: http_v2(world),
    "http-v2-alb-https": lambda world: http_v2(world, scheme="https"),
    "http-v2-nlb": lambda world: http_v2(world, balancer="nlb", target_type="ip"),
    "http-v2-cloud-map": lambda world: http_v2(world, balancer="cloud-map"),
}


@pytest.fixture(scope="session")
def built() -> dict[str, Topology]:
    """Every kind of path, each in a world of its own. Whoever changes one puts it back."""
    return {name: build(World(now=NOW)) for name, build in VARIANTS.items()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``variant`` runs over every kind of path; ``broken`` over every fault, on one path per kind."""
    if "variant" in metafunc.fixturenames:
        metafunc.parametrize("variant", VARIANTS)
    if "broken" in metafunc.fixturenames:
        paths = {name: build(World(now=NOW)) for name, build in VARIANTS.items()}
        pairs = []
        for fault in FAULTS.values():
            found = {(p.generation, p.inner_balancer_arn): name for name, p in reversed(paths.items()) if fault.fits(p)}
            pairs += [(fault.name, name) for name in reversed(found.values())]
        metafunc.parametrize("broken", pairs, ids=[f"{fault}-on-{name}" for fault, name in pairs])


@pytest.fixture
def topology(variant: str, built: dict[str, Topology]) -> Topology:
    return built[variant]
