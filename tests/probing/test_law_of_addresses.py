"""Server-side request forgery, tried in every way that we know: only the path's own addresses are ever touched."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from bot.demo.wire.loopback import LoopbackLoop
from bot.diagnosis import sources as s
from bot.probe.function import handler
from bot.probe.order import Order, OrderedTarget, Refused, carry_out, refusal
from bot.probing.order import prepared
from bot.probing.vantage import CannotProbeError, LocalVantage
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_tls as tls

FORBIDDEN = [
    "169.254.169.254",  # instance metadata
    "169.254.170.2",  # container credentials
    "fd00:ec2::254",
    "fd00:ec2::23",
    "::ffff:169.254.169.254",  # IPv4-mapped
    "64:ff9b::a9fe:a9fe",  # NAT64
    "64:ff9b:1::a9fe:a9fe",  # NAT64, local use
    "::169.254.169.254",  # IPv4-compatible
    "::ffff:0:169.254.169.254",  # IPv4-translated
    "2002:a9fe:a9fe::1",  # 6to4
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse, nothing binds to it
    "::",
    "fe80::1",
    "224.0.0.1",
    "255.255.255.255",
    "8.8.8.8",
    "2606:4700::1111",
]
NO_ADDRESSES = [
    "metadata",
    "evil.example.com",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "010.0.0.1",
    "fe80::1%eth0",
]


def target(address="10.20.11.10", **changes):
    return {"address": address, "port": 8080, "scheme": "http", **changes}


def order(*addresses, public=False):
    return Order(targets=tuple(OrderedTarget(**target(a)) for a in addresses), public=public)


def registered(*ids):
    """The path's target group holds these, as if AWS had let them be registered."""
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, tuple(w.target(i, "healthy") for i in ids))
    return b.with_group(evidence, target_type="ip")


@pytest.fixture
def nobody_connects(monkeypatch):
    """Fails the test where anything resolves a name or opens a connection."""

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was touched")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", refuse)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", refuse)


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_forbidden_address_makes_the_whole_order_refused(address, nobody_connects):
    with pytest.raises(Refused, match=r"special address|public address"):
        await carry_out(order("10.20.11.10", address))


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_forbidden_address_is_left_out_even_where_aws_has_it_on_the_path(address):
    made = prepared(registered(address, "10.20.11.10"))
    assert {x.address for x in made.order.targets} == {"10.20.11.10", *w.NODE_ADDRESSES}
    assert any("special address" in one or "public address" in one for one in made.left_out)


@pytest.mark.parametrize("name", NO_ADDRESSES)
def test_a_name_is_no_address(name):
    with pytest.raises(ValueError, match=r"address|zone"):
        OrderedTarget(**target(name))


@pytest.mark.parametrize("name", NO_ADDRESSES)
def test_a_name_registered_as_a_target_is_never_resolved(name, nobody_connects):
    made = prepared(registered(name, "10.20.11.10"))
    assert {x.address for x in made.order.targets} == {"10.20.11.10", *w.NODE_ADDRESSES}


def test_an_internet_facing_load_balancer_lets_public_addresses_pass_and_nothing_else():
    assert refusal("8.8.8.8", public=True) == ""
    assert all(refusal(address, public=True) for address in FORBIDDEN[:19])


@pytest.mark.parametrize("text", ["http://169.254.169.254/prod", "169.254.169.254", "localhost", "evil.example.com"])
def test_the_api_and_path_of_a_users_text_lead_nowhere(text):
    evidence = replace(w.healthy(), request=w.request(path=f"/{text}"))
    assert {x.address for x in prepared(evidence).order.targets} == {"10.20.11.10", "10.20.12.10", *w.NODE_ADDRESSES}
    assert prepared(w.healthy(api=text)).order is None


def test_the_host_of_an_integration_is_asked_for_and_not_connected_to():
    made = prepared(tls.with_uri("https://metadata.internal/", tls.nlb_pass_through()))
    assert {x.server_name for x in made.order.targets} == {"metadata.internal"}
    assert all(x.target.address == x.address for x in made.order.targets)


async def test_a_redirect_is_told_and_not_followed():
    hits: list[str] = []

    async def redirecting(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def metadata(reader, writer):
        hits.append("touched")
        writer.close()

    async with (
        await asyncio.start_server(redirecting, "127.0.0.1", 0) as one,
        await asyncio.start_server(metadata, "127.0.0.1", 0) as other,
    ):
        ports = {
            ("10.20.11.10", 8080): one.sockets[0].getsockname()[1],
            ("169.254.169.254", 80): other.sockets[0].getsockname()[1],
        }
        vantage = LocalVantage(new_loop=lambda: LoopbackLoop(ports))
        (result,) = await vantage.probe(order("10.20.11.10"), w.request())
    assert result.http.status == 302
    assert result.http.location == "http://169.254.169.254/latest/"
    assert hits == []


async def test_the_bots_own_host_refuses_what_the_law_forbids(nobody_connects):
    with pytest.raises(CannotProbeError, match="special address"):
        await LocalVantage().probe(order("127.0.0.1"), w.request())


# --- the function in the VPC, whoever invokes it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({}, id="no targets"),
        pytest.param({"targets": []}, id="an empty list"),
        pytest.param({"targets": [target()] * 9}, id="too many"),
        pytest.param({"targets": [target("evil.example.com")]}, id="a name"),
        pytest.param({"targets": [target("169.254.169.254")]}, id="metadata"),
        pytest.param({"targets": [target("127.0.0.1")]}, id="loopback: the function's own runtime API"),
        pytest.param({"targets": [target("8.8.8.8")]}, id="a public address"),
        pytest.param({"targets": [target("169.254.169.254")], "public": True}, id="metadata, said to be public"),
        pytest.param({"targets": [target(port=0)]}, id="port 0"),
        pytest.param({"targets": [target(port="8080")]}, id="a port in quotes"),
        pytest.param({"targets": [target(scheme="file")]}, id="another scheme"),
        pytest.param({"targets": [target(method="DELETE")]}, id="a method"),
        pytest.param({"targets": [target(ca_file="/etc/passwd")]}, id="a file"),
        pytest.param({"targets": [target(path="//x\r\nX: y")]}, id="a header in the path"),
        pytest.param({"targets": [target(server_name="a\r\nX: y")]}, id="a header in the name"),
        pytest.param({"targets": [target()], "demo": True}, id="the demo's switch"),
    ],
)
def test_a_forged_event_gets_a_reason_and_no_connection(event, nobody_connects):
    answer = handler(event, None)
    assert set(answer) == {"refused"}
    assert "/etc/passwd" not in answer["refused"]


def test_an_order_as_vpclink_sends_it_is_carried_out(monkeypatch):
    async def refused(*_: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", refused)
    answer = handler(json.loads(order("10.20.11.10").model_dump_json()), None)
    assert [result["tcp"] for result in answer["results"]] == ["refused"]


def test_the_function_imports_no_sdk_and_no_slack():
    heavy = "[m for m in ('boto3', 'botocore', 'slack_sdk', 'slack_bolt', 'bot.report', 'bot.aws') if m in sys.modules]"
    code = f"import sys, bot.probe.function; print({heavy})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == "[]"
