"""The demo's addresses behave as its world says, through the real probe."""

from datetime import UTC, datetime

import pytest

from bot.demo.aws.demo_world import demo_world
from bot.demo.wire import LocalWire
from bot.diagnosis.engine import report
from bot.language import speaking
from bot.probe.order import Order, OrderedTarget
from tests.diagnosis import worlds as w

REQUEST = report(w.healthy()).request


@pytest.fixture(scope="module")
def world():
    return demo_world(datetime.now(UTC))


@pytest.fixture(scope="module")
def wire(world):
    with LocalWire(world) as running:
        yield running


def order_for(world, api, *, nodes=False):
    """The first target of an API, or its first load balancer address, asked as in traffic."""
    topology = world.topologies[api]
    subnets = topology.network.balancer_subnets if nodes else topology.network.target_subnets
    interface = next(x for x in topology.region.all("network-interface") if x["SubnetId"] in subnets)
    encrypted = topology.scheme == "https" and (nodes or not topology.certificate_arn)
    port = topology.listener_port if nodes else topology.target_port
    target = OrderedTarget(
        address=interface["PrivateIpAddress"],
        port=port,
        scheme="https" if encrypted else "http",
        server_name=topology.host,
    )
    return Order(targets=(target,))


@pytest.mark.parametrize(
    ("api", "nodes", "tcp", "faults", "status"),
    [
        pytest.param("catalog", False, "ok", None, 200, id="healthy"),
        pytest.param("catalog", True, "ok", None, 200, id="healthy, at the load balancer"),
        pytest.param("identity", False, "ok", ("hostname-mismatch",), 200, id="the wrong certificate"),
        pytest.param("identity", True, "ok", ("hostname-mismatch",), 200, id="passed through"),
        pytest.param("ledger", False, "ok", ("key-mismatch",), None, id="the wrong key"),
        pytest.param("users", True, "ok", ("hostname-mismatch",), 200, id="the listener's certificate"),
        pytest.param("users", False, "ok", None, 200, id="plain behind the listener that ends TLS"),
        pytest.param("reports", True, "refused", None, None, id="no target"),
    ],
)
async def test_an_address_behaves_as_its_api_does(world, wire, api, nodes, tcp, faults, status):
    (result,) = await wire.vantage.probe(order_for(world, api, nodes=nodes), REQUEST)
    assert result.tcp == tcp
    assert (result.tls and result.tls.faults) == faults
    assert (result.http and result.http.status) == status


async def test_what_is_seen_is_kept_in_english_whoever_asks(world, wire):
    (english,) = await wire.vantage.probe(order_for(world, "identity"), REQUEST)
    with speaking("fr"):
        (asked_in_french,) = await wire.vantage.probe(order_for(world, "identity"), REQUEST)
        assert wire.vantage.name == "l'hôte de cette démo dans le VPC"
    assert asked_in_french.tls.explanations == english.tls.explanations


def test_a_closed_security_group_swallows_packets(world, wire):
    closed = order_for(world, "orders").targets[0]
    assert (closed.address, closed.port) not in wire.ports


def test_only_private_addresses_of_the_world_lead_anywhere(wire):
    assert wire.ports
    assert all(address.startswith("10.") for address, _ in wire.ports)


def test_nothing_of_it_is_left_running(world):
    with LocalWire(world) as running:
        thread = running._thread
        assert thread.is_alive()
    assert not thread.is_alive()
