import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.path import Walk
from bot.diagnosis.probe_targets import MOST_TARGETS, probe_plan, probe_targets
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2


def shown(evidence):
    return {(x.place, x.scheme, x.server_name) for x in probe_plan(evidence).targets}


def test_targets_and_load_balancer_nodes_are_asked_as_they_are_in_traffic():
    assert shown(tls.nlb_pass_through()) == {
        ("10.20.11.10:8080", "https", "orders.example.com"),
        ("10.20.12.10:8080", "https", "orders.example.com"),
        ("10.20.1.20:443", "https", "orders.example.com"),
        ("10.20.2.20:443", "https", "orders.example.com"),
    }


def test_behind_a_listener_that_ends_tls_the_targets_are_asked_in_plain_http():
    schemes = {(port, scheme) for place, scheme, _ in shown(tls.nlb_tls()) for port in [place.rpartition(":")[2]]}
    assert schemes == {("8080", "http"), ("443", "https")}


def test_an_application_load_balancer_behind_a_network_one_is_reached_too():
    plan = probe_plan(v2.alb_behind_nlb())
    assert {x.what.rpartition(" of ")[0] or x.what for x in plan.targets} >= {"target i-0a1", "target i-0a2"}
    assert not plan.why_none


def test_the_host_is_only_a_name_to_ask_for():
    """Whatever a URI says, addresses come from what AWS holds on the path."""
    evidence = tls.with_uri("https://169.254.169.254/latest/meta-data", tls.nlb_pass_through())
    assert all(x.address.startswith("10.20.") for x in probe_plan(evidence).targets)


@pytest.mark.parametrize("host", ["evil host", "a\r\nX: y", "[::1", "x" * 300])
def test_a_host_that_is_no_name_is_not_sent(host):
    targets = probe_plan(tls.with_uri(f"https://{host}/", tls.nlb_pass_through())).targets
    assert all(target.server_name == "" or " " not in target.server_name for target in targets)
    assert all("\r" not in target.path + target.server_name for target in targets)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("https://orders.example.com/health", "/health"),
        ("https://orders.example.com/orders/{id}", "/"),
        ("https://orders.example.com/a b?token=secret", "/a%20b"),
        ("https://orders.example.com", "/"),
    ],
)
def test_a_path_that_can_be_asked_for_as_it_stands_is_asked_for(uri, path):
    assert {x.path for x in probe_plan(tls.with_uri(uri, tls.nlb_pass_through())).targets} == {path}


def test_a_route_that_is_never_asked_for_with_get_is_asked_for_at_its_root():
    evidence = tls.with_uri("https://orders.example.com/orders", tls.nlb_pass_through())
    for source, key in ((s.ROUTES, f"REST/{w.API}"), (s.DEPLOYED, f"REST/{w.API}/{w.STAGE}")):
        (route,) = evidence.get(source, key)
        evidence = w.changed(source, key, (route.model_copy(update={"method": "DELETE"}),), evidence)
    assert {x.path for x in probe_plan(evidence).targets} == {"/"}


def many(count):
    """A target group of addresses: the first half is healthy."""
    evidence = w.changed(s.TARGET_GROUP, w.GROUP, w.group(target_type="ip"))
    states = ["healthy" if i < count // 2 else "unhealthy" for i in range(count)]
    health = tuple(w.target(f"10.20.11.{i + 1}", state) for i, state in enumerate(states))
    return w.changed(s.TARGET_HEALTH, w.GROUP, health, evidence)


def test_a_large_group_is_sampled_and_what_is_left_out_is_said():
    plan = probe_plan(many(40))
    assert len(plan.targets) == MOST_TARGETS
    assert len(plan.left_out) == 42 - MOST_TARGETS
    assert sum(x.what.startswith("load balancer") for x in plan.targets) == 2


def test_the_sample_holds_targets_that_fail_and_targets_that_work():
    numbers = {int(x.address.rpartition(".")[2]) for x in probe_plan(many(40)).targets if "target" in x.what}
    assert {number <= 20 for number in numbers} == {True, False}


def test_targets_without_traffic_come_last():
    states = ("unused", "draining", "healthy")
    health = tuple(w.target(f"10.20.11.{i}", state) for i, state in enumerate(states, 1))
    evidence = w.changed(
        s.TARGET_GROUP, w.GROUP, w.group(target_type="ip"), w.changed(s.TARGET_HEALTH, w.GROUP, health)
    )
    path = Walk(evidence).paths.items[0]
    assert next(x.address for x in probe_targets(evidence, path) if x.port == 8080) == "10.20.11.3"


def test_only_an_internet_facing_load_balancer_lets_public_addresses_pass():
    facing = probe_plan(b.with_balancer(scheme="internet-facing")).targets
    assert facing
    assert all(x.internet_facing for x in facing)
    assert not any(x.internet_facing for x in probe_plan(w.healthy()).targets)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        pytest.param(w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}"), "leads through no VPC link", id="no stage"),
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), "ends before a load balancer's listener", id="no listener"),
        pytest.param(w.denied(s.LISTENERS), "elasticloadbalancing:DescribeListeners", id="listeners not readable"),
        pytest.param(
            w.changed(s.BALANCER_INTERFACES, w.NLB, (), w.changed(s.TARGET_HEALTH, w.GROUP, ())),
            "No target and no load balancer address",
            id="nobody there",
        ),
    ],
)
def test_nothing_to_probe_says_why(evidence, why):
    plan = probe_plan(evidence)
    assert plan.targets == ()
    assert why in plan.why_none


def test_two_routes_of_one_backend_are_probed_once():
    evidence = w.healthy()
    for source, key in ((s.ROUTES, f"REST/{w.API}"), (s.DEPLOYED, f"REST/{w.API}/{w.STAGE}")):
        (route,) = evidence.get(source, key)
        other = route.model_copy(update={"path": "/other"})
        evidence = w.changed(source, key, (route, other), evidence)
    assert len(probe_plan(evidence).targets) == len(probe_plan(w.healthy()).targets)


def test_an_ipv6_target_is_written_with_brackets():
    health = (w.target("fd12::5", "healthy"),)
    evidence = w.changed(
        s.TARGET_GROUP, w.GROUP, w.group(target_type="ip"), w.changed(s.TARGET_HEALTH, w.GROUP, health)
    )
    assert "[fd12::5]:8080" in {x.place for x in probe_plan(evidence).targets}


def test_the_interfaces_of_instances_that_could_not_be_read_are_left_aside():
    assert {x.port for x in probe_plan(w.denied(s.INSTANCE)).targets} == {80}


def test_instances_of_cloud_map_are_reached_without_a_load_balancer():
    service = f"arn:aws:servicediscovery:{w.REGION}:{w.ACCOUNT}:service/srv-0orders"
    evidence = v2.http_api()
    (route,) = evidence.get(s.ROUTES, f"HTTP/{w.API}")
    changed = route.model_copy(update={"integration": route.integration.model_copy(update={"uri": service})})
    evidence = w.changed(s.ROUTES, f"HTTP/{w.API}", (changed,), evidence)
    instances = tuple(
        r.CloudMapInstance(id=str(i), attributes={"AWS_INSTANCE_IPV4": f"10.20.11.{i}", "AWS_INSTANCE_PORT": "8080"})
        for i in (1, 2)
    )
    plan = probe_plan(w.changed(s.CLOUD_MAP, service, instances, evidence))
    assert [(x.place, x.what) for x in plan.targets] == [
        ("10.20.11.1:8080", "instance of srv-0orders"),
        ("10.20.11.2:8080", "instance of srv-0orders"),
    ]
