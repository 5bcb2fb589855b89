import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-03"]
STAGE = f"{w.API}/{w.STAGE}"
CLOUD_MAP = f"arn:aws:servicediscovery:{w.REGION}:{w.ACCOUNT}:service/srv-1"


def listening(*listeners, arn=w.NLB, evidence=None):
    """The load balancer has listeners like its healthy one, with these protocols and ports."""
    evidence = evidence or w.healthy()
    (model,) = evidence.get(s.LISTENERS, arn)
    made = tuple(
        model.model_copy(
            update={
                "protocol": protocol,
                "port": port,
                "listener_arn": f"{model.listener_arn}{port}" if i else w.LISTENER,
            }
        )
        for i, (protocol, port) in enumerate(listeners)
    )
    return w.changed(s.LISTENERS, arn, made, evidence)


def http_uri(uri):
    evidence = v2.http_api()
    (route,) = evidence.get(s.ROUTES, f"HTTP/{w.API}")
    changed = route.model_copy(update={"integration": route.integration.model_copy(update={"uri": uri})})
    return w.changed(s.ROUTES, f"HTTP/{w.API}", (changed,), evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.LOAD_BALANCER, w.NLB), [("not-applicable", w.NLB)], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.LISTENER)], id="listens on port 80"),
        pytest.param(listening(("TLS", 443), ("TCP", 80)), [("pass", f"{w.LISTENER}80")], id="several: one fits"),
        pytest.param(listening(("TCP", 8080), ("TLS", 443)), [("fail", w.NLB)], id="several: none fits"),
        pytest.param(listening(), [("fail", w.NLB)], id="no listener at all"),
        pytest.param(listening(("UDP", 80)), [("fail", w.LISTENER)], id="UDP only"),
        pytest.param(listening(("QUIC", 80)), [("fail", w.LISTENER)], id="QUIC only"),
        pytest.param(listening(("TCP_UDP", 80)), [("pass", w.LISTENER)], id="TCP and UDP"),
        pytest.param(listening(("TCP_QUIC", 80)), [("pass", w.LISTENER)], id="TCP and QUIC"),
        pytest.param(listening(("CARRIER_PIGEON", 80)), [("unknown", w.LISTENER)], id="a protocol that we do not know"),
        pytest.param(w.denied(s.LISTENERS), [("unknown", w.NLB)], id="listeners not readable"),
        pytest.param(w.denied(s.VPC_LINK_V1), [("unknown", "orders")], id="API Gateway not readable"),
    ],
)
def test_no_listener_on_port(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.LISTENERS)) == {"elasticloadbalancing:DescribeListeners"}


@pytest.mark.parametrize(
    ("uri", "listeners", "said"),
    [
        pytest.param("http://h.example.com:8080/x", [("TCP", 8080)], ("pass", w.LISTENER), id="explicit port"),
        pytest.param("https://h.example.com/x", [("TCP", 443)], ("pass", w.LISTENER), id="https means 443"),
        pytest.param("https://h.example.com/x", [("TCP", 80)], ("fail", w.NLB), id="https does not mean 80"),
        pytest.param("http://h.example.com:1025/x", [("TCP", 1025)], ("pass", w.LISTENER), id="just above 1024"),
        pytest.param("http://h.example.com:1024/x", [("TCP", 1024)], ("fail", STAGE), id="1024 is not above 1024"),
        pytest.param("http://h.example.com:81/x", [("TCP", 81)], ("fail", STAGE), id="a low port"),
        pytest.param(
            "http://h.example.com:${stageVariables.p}/x", [("TCP", 9000)], ("pass", w.LISTENER), id="variable"
        ),
        pytest.param("http://h.example.com:port/x", [("TCP", 80)], ("unknown", w.NLB), id="no number"),
        pytest.param("", [("TCP", 80)], ("unknown", w.NLB), id="no URI"),
    ],
)
def test_the_port_is_the_uris(uri, listeners, said):
    evidence = w.changed(s.STAGE, f"REST/{STAGE}", w.stage(variables={"p": "9000"}), listening(*listeners))
    assert w.judged(CHECK, tls.with_uri(uri, evidence)) == [said]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(v2.rest_v2(), ("pass", v2.ALB_LISTENER), id="listens"),
        pytest.param(
            listening(("HTTP", 8080), arn=w.ALB, evidence=v2.rest_v2()),
            ("warn", w.ALB),
            id="that the port selects is a hint",
        ),
        pytest.param(listening(arn=w.ALB, evidence=v2.rest_v2()), ("fail", w.ALB), id="no listener at all"),
        pytest.param(
            listening(("UDP", 8080), arn=w.NLB, evidence=v2.rest_v2("nlb")),
            ("fail", w.NLB),
            id="none that carries HTTP",
        ),
    ],
)
def test_rest_through_a_link_of_the_second_generation(evidence, said):
    assert w.judged(CHECK, evidence) == [said]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(v2.http_api(), ("pass", v2.ALB_LISTENER), id="its listener exists"),
        pytest.param(
            w.gone(s.LISTENER, v2.ALB_LISTENER, evidence=v2.http_api()),
            ("fail", v2.ALB_LISTENER),
            id="listener deleted",
        ),
        pytest.param(http_uri(CLOUD_MAP), ("not-applicable", CLOUD_MAP), id="Cloud Map"),
        pytest.param(http_uri("https://h.example.com"), ("unknown", "https://h.example.com"), id="neither of both"),
        pytest.param(w.denied(s.LISTENER, v2.http_api()), ("unknown", v2.ALB_LISTENER), id="not readable"),
    ],
)
def test_http_apis_name_their_listener(evidence, said):
    assert w.judged(CHECK, evidence) == [said]


def test_what_an_alb_behind_the_nlb_listens_on_is_another_checks():
    assert w.judged(CHECK, v2.alb_behind_nlb()) == [("pass", w.LISTENER)]


def test_a_fail_lists_the_ports_that_exist():
    (finding,) = w.findings(CHECK, listening(("TCP", 8080), ("TLS", 443)))
    assert finding.summary == (
        "orders-nlb has no listener on port 80, which the integration uses; it listens on TCP 8080, TLS 443."
    )
    assert finding.citations[0].value == "TCP 8080, TLS 443"
    assert finding.fix.cli == (
        f"aws elbv2 create-listener --load-balancer-arn {w.NLB} --protocol TCP --port 80 "
        f"--default-actions Type=forward,TargetGroupArn={w.GROUP}",
        "aws apigateway update-integration --rest-api-id a1b2c3d4e5 --resource-id res1 --http-method ANY "
        "--patch-operations 'op=replace,path=/uri,value=http://orders.example.com:8080/{proxy}'",
        "aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name prod",
    )


def test_a_port_from_a_stage_variable_is_changed_there():
    evidence = tls.with_uri("http://orders.example.com:${stageVariables.port}/{proxy}", listening(("TCP", 8080)))
    evidence = w.changed(s.STAGE, f"REST/{STAGE}", w.stage(variables={"port": "9000"}), evidence)
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[1].endswith("--patch-operations op=replace,path=/variables/port,value=8080")


def test_many_methods_are_not_all_printed():
    route = w.healthy().get(s.ROUTES, f"REST/{w.API}")[0]
    routes = tuple(route.model_copy(update={"resource_id": f"res{i}", "path": f"/{i}"}) for i in range(5))
    (finding,) = w.findings(CHECK, w.changed(s.ROUTES, f"REST/{w.API}", routes, listening(("TCP", 8080))))
    assert finding.fix.cli[-2] == "# … and the same for 2 more of its methods"


def test_two_ports_of_one_load_balancer_are_two_findings():
    route = w.healthy().get(s.ROUTES, f"REST/{w.API}")[0]
    other = route.integration.model_copy(update={"uri": "http://orders.example.com:9000/{proxy}"})
    routes = (route, route.model_copy(update={"path": "/admin", "integration": other}))
    evidence = w.changed(s.ROUTES, f"REST/{w.API}", routes)
    assert w.judged(CHECK, evidence) == [("fail", w.NLB), ("pass", w.LISTENER)]
    assert [f.paths for f in w.findings(CHECK, evidence)] == [(0,), (1,)]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(listening(("TCP", 8080)), id="another port"),
        pytest.param(listening(("UDP", 80)), id="UDP"),
        pytest.param(listening(("HTTP", 8080), arn=w.ALB, evidence=v2.rest_v2()), id="ALB"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert [status for status, _ in w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))] == ["pass"]


def test_without_any_listener_there_is_no_model_of_one():
    evidence = listening()
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_the_listener_of_an_http_api_is_replaced_in_the_integration():
    evidence = w.gone(s.LISTENER, v2.ALB_LISTENER, evidence=v2.http_api())
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == "The listener of orders-alb that ANY /{proxy+} leads to does not exist."
    assert finding.fix.cli[-1].endswith("--integration-id int1 --integration-uri LISTENER_ARN")


def test_gateway_load_balancers_carry_no_http():
    geneve = r.Listener(listener_arn=w.LISTENER, load_balancer_arn=w.NLB, port=80, protocol="GENEVE")
    assert w.judged(CHECK, w.changed(s.LISTENERS, w.NLB, (geneve,))) == [("fail", w.LISTENER)]


def test_the_code_creates_the_listener():
    (finding,) = w.findings(CHECK, listening(("TCP", 8080), ("TLS", 443)))
    listener = cloudformation(finding.fix.cloudformation)["AWS::ElasticLoadBalancingV2::Listener"]
    assert (listener["LoadBalancerArn"], listener["Protocol"], listener["Port"]) == (w.NLB, "TCP", 80)
    assert listener["DefaultActions"] == [{"Type": "forward", "TargetGroupArn": w.GROUP}]
    assert terraform(finding.fix.terraform)["aws_lb_listener"]["load_balancer_arn"] == f'"{w.NLB}"'
