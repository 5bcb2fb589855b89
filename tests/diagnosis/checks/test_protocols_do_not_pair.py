import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.checks.listener.protocol_matrix import refusal, way
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-06"]
HTTPS_80 = "https://orders.example.com:80/{proxy}"
CERTIFICATE = (w.r.CertificateReference(certificate_arn=w.CERTIFICATE),)


def nlb(scheme: str = "http", listener: str = "TCP", group: str = "TCP", **changes):
    """The healthy path with other protocols; the port stays 80. `changes` are the target group's."""
    evidence = b.with_uri(HTTPS_80) if scheme == "https" else w.healthy()
    return b.with_group(b.with_listener(evidence, protocol=listener), protocol=group, **changes)


def alb(scheme: str = "http", listener: str = "HTTP", group: str = "HTTP", **changes):
    """REST API → link v2 → ALB with these protocols."""
    evidence = b.with_uri(HTTPS_80, v2.rest_v2()) if scheme == "https" else v2.rest_v2()
    evidence = b.with_listener(evidence, balancer=w.ALB, protocol=listener)
    return b.with_group(evidence, arn=v2.ALB_GROUP, protocol=group, **changes)


def behind(scheme: str = "http", front: str = "TCP", listener: str = "HTTP", group: str = "HTTP"):
    """… an ALB behind the NLB."""
    evidence = b.with_uri(HTTPS_80, v2.alb_behind_nlb()) if scheme == "https" else v2.alb_behind_nlb()
    evidence = b.with_listener(evidence, protocol=front)
    evidence = b.with_listener(evidence, balancer=w.ALB, protocol=listener)
    return b.with_group(evidence, arn=v2.ALB_GROUP, protocol=group)


def http_api(*, tls: bool, listener: str):
    return b.with_listener(v2.http_api(tls=tls), balancer=w.ALB, protocol=listener)


FRONT, BEHIND = w.LISTENER, v2.ALB_LISTENER
RETRIED = nlb("https", "TLS", "TLS")
HANDSHAKES = m.measured(RETRIED, TargetTLSNegotiationErrorCount={3: 4.0})


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        # The matrix, row by row.
        pytest.param(nlb(), [("pass", FRONT)], id="http, TCP, TCP"),
        pytest.param(nlb(listener="TCP_UDP", group="TCP_UDP"), [("pass", FRONT)], id="http, TCP_UDP, TCP_UDP"),
        pytest.param(nlb(listener="TLS"), [("fail", FRONT)], id="http, TLS"),
        pytest.param(nlb("https"), [("pass", FRONT)], id="https, TCP, TCP"),
        pytest.param(nlb("https", "TLS"), [("pass", FRONT)], id="https, TLS, TCP"),
        pytest.param(nlb("https", "TLS", "TLS"), [("pass", FRONT)], id="https, TLS, TLS"),
        pytest.param(nlb(listener="UDP", group="UDP"), [("fail", FRONT)], id="UDP"),
        pytest.param(nlb("https", "QUIC", "QUIC"), [("fail", FRONT)], id="QUIC"),
        pytest.param(nlb(listener="GENEVE", group="GENEVE"), [("fail", FRONT)], id="GENEVE"),
        pytest.param(behind(), [("pass", FRONT), ("pass", BEHIND)], id="http, TCP, ALB HTTP"),
        pytest.param(behind(listener="HTTPS"), [("pass", FRONT), ("fail", BEHIND)], id="http, TCP, ALB HTTPS"),
        pytest.param(
            behind("https", listener="HTTPS"), [("pass", FRONT), ("pass", BEHIND)], id="https, TCP, ALB HTTPS"
        ),
        pytest.param(behind("https"), [("pass", FRONT), ("fail", BEHIND)], id="https, TCP, ALB HTTP"),
        pytest.param(behind("https", "TLS"), [("pass", FRONT), ("pass", BEHIND)], id="https, TLS, ALB HTTP"),
        pytest.param(behind("https", "TLS", "HTTPS"), [("pass", FRONT), ("fail", BEHIND)], id="https, TLS, ALB HTTPS"),
        pytest.param(alb(), [("pass", BEHIND)], id="link v2: http, HTTP"),
        pytest.param(
            alb(group="HTTPS", health_check_protocol="HTTPS"), [("pass", BEHIND)], id="link v2: http, HTTP, HTTPS"
        ),
        pytest.param(alb("https", "HTTPS"), [("pass", BEHIND)], id="link v2: https, HTTPS, HTTP"),
        pytest.param(
            alb("https", "HTTPS", "HTTPS", health_check_protocol="HTTPS"),
            [("pass", BEHIND)],
            id="link v2: https, HTTPS, HTTPS",
        ),
        pytest.param(alb(listener="HTTPS"), [("fail", BEHIND)], id="link v2: http, HTTPS"),
        pytest.param(alb("https"), [("fail", BEHIND)], id="link v2: https, HTTP"),
        pytest.param(http_api(tls=False, listener="HTTP"), [("pass", BEHIND)], id="HTTP API without TLS, HTTP"),
        pytest.param(http_api(tls=True, listener="HTTPS"), [("pass", BEHIND)], id="HTTP API with TLS, HTTPS"),
        pytest.param(http_api(tls=False, listener="HTTPS"), [("fail", BEHIND)], id="HTTP API without TLS, HTTPS"),
        pytest.param(http_api(tls=True, listener="HTTP"), [("fail", BEHIND)], id="HTTP API with TLS, HTTP"),
        pytest.param(alb(protocol_version="GRPC"), [("fail", BEHIND)], id="GRPC answers 464"),
        pytest.param(alb(protocol_version="HTTP2"), [("fail", BEHIND)], id="HTTP2 answers 464"),
        # What is not known.
        pytest.param(nlb(listener="SCTP"), [("unknown", FRONT)], id="a listener protocol that AWS adds"),
        pytest.param(nlb(group="SCTP"), [("unknown", FRONT)], id="a group protocol that AWS adds"),
        pytest.param(alb(protocol_version="HTTP3"), [("unknown", BEHIND)], id="a protocol version that AWS adds"),
        pytest.param(
            b.with_uri("ftp://orders.example.com:80/", w.healthy()), [("unknown", FRONT)], id="a strange scheme"
        ),
        pytest.param(w.denied(s.TARGET_GROUP), [("unknown", w.GROUP), ("unknown", w.GROUP)], id="not readable"),
    ],
)
def test_the_matrix(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(b.failing(b.E6, nlb()), "fail", id="plain backend way, and the answer is not HTTP"),
        pytest.param(b.failing(b.E6, nlb("https", "TLS")), "fail", id="decrypted, and the answer is not HTTP"),
        pytest.param(b.failing(b.E6, nlb("https", "TLS", "TLS")), "fail", id="TLS inside TLS"),
        pytest.param(b.failing(b.E6, nlb("https")), "warn", id="TLS passed on: what is not HTTP stands inside it"),
        pytest.param(b.failing(b.E12_PLAIN, nlb("https")), "fail", id="TLS passed on, answered in plain text"),
        pytest.param(b.failing(b.E12_LEFT, nlb("https")), "warn", id="TLS passed on, the backend hung up"),
        pytest.param(b.failing(b.E12_EXPIRED, nlb("https")), "pass", id="an expired certificate is TLS-02's"),
        pytest.param(b.failing(b.E12_PLAIN, nlb()), "pass", id="no TLS on this way"),
        pytest.param(b.failing(b.E5, nlb("https", "TLS", "TLS")), "pass", id="a reset alone"),
        pytest.param(HANDSHAKES, "warn", id="handshakes with targets fail"),
        pytest.param(b.failing(b.E5, HANDSHAKES), "fail", id="… and the log shows lost connections"),
        pytest.param(b.failing(b.E5, w.denied(s.METRIC, HANDSHAKES)), "pass", id="… whose number is not readable"),
        pytest.param(nlb(health_check_protocol="HTTPS"), "warn", id="health checks succeed by HTTPS"),
        pytest.param(nlb("https", health_check_protocol="HTTP"), "warn", id="health checks succeed by HTTP"),
        pytest.param(nlb(health_check_protocol="HTTP"), "pass", id="health checks by the same protocol"),
        pytest.param(
            nlb("https", health_check_protocol="HTTP", matcher=w.r.Matcher(http_code="200-499")),
            "pass",
            id="health checks that take a TLS port's answer of 400",
        ),
        pytest.param(
            nlb(health_check_protocol="HTTPS", health_check_port="9000"), "pass", id="health checks of another port"
        ),
        pytest.param(
            b.with_health(*["unhealthy Target.FailedHealthChecks"] * 2, evidence=nlb(health_check_protocol="HTTPS")),
            "pass",
            id="health checks that fail say nothing",
        ),
        pytest.param(
            b.with_listener(nlb("https", "TLS"), protocol="TLS", alpn_policy=("HTTP2Only",)), "warn", id="HTTP2Only"
        ),
    ],
)
def test_what_speaks_for_a_backend_of_the_other_kind(evidence, said):
    assert [status for status, _ in w.judged(CHECK, evidence)] == [said]


def test_a_request_of_an_unknown_path_is_no_proof():
    route = nlb().get(s.ROUTES, b.ROUTES)[0]
    other = route.model_copy(
        update={"path": "/z", "integration": route.integration.model_copy(update={"connection_id": "v1lnk8"})}
    )
    evidence = b.failing(b.E6, w.changed(s.ROUTES, b.ROUTES, (route, other)), route="")
    assert w.judged(CHECK, evidence)[0] == ("warn", FRONT)


def test_several_groups_are_judged_each():
    evidence = b.two_groups(health_check_protocol="HTTPS")
    assert w.judged(CHECK, evidence) == [("warn", FRONT)]
    (finding,) = w.findings(CHECK, evidence)
    assert "orders-green" in finding.summary


@pytest.mark.parametrize(
    ("source", "action"),
    [
        (s.TARGET_GROUP, "elasticloadbalancing:DescribeTargetGroups"),
        (s.LISTENERS, "elasticloadbalancing:DescribeListeners"),
    ],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source)) == {action}


def test_a_refusing_listener_needs_no_target_group():
    assert ("fail", FRONT) in w.judged(CHECK, w.denied(s.TARGET_GROUP, nlb(listener="TLS")))


def test_plain_text_to_a_tls_listener_is_cited_from_both_ends():
    (finding,) = w.findings(CHECK, nlb(listener="TLS"))
    assert finding.summary == ("Listener TLS 80 of orders-nlb: it expects TLS, but the integration sends plain HTTP.")
    assert [c.value for c in finding.citations] == ["http://orders.example.com/{proxy}", "TLS"]
    assert finding.fix.cli == (
        f"aws apigateway update-integration --rest-api-id {w.API} --resource-id res1 --http-method ANY "
        "--patch-operations 'op=replace,path=/uri,value=https://orders.example.com:80/{proxy}'",
        f"aws apigateway create-deployment --rest-api-id {w.API} --stage-name prod",
        f"aws elbv2 modify-listener --listener-arn {FRONT} --protocol TCP",
    )


def test_an_http_apis_tls_setting_is_changed_instead_of_a_uri():
    (finding,) = w.findings(CHECK, http_api(tls=False, listener="HTTPS"))
    assert "--tls-config ServerNameToVerify=NAME" in finding.fix.cli[0]
    assert [(c.field, c.value) for c in finding.citations] == [("TlsConfig", "none"), ("Protocol", "HTTPS")]


def test_double_encryption_is_told_with_the_logs_words():
    (finding,) = w.findings(CHECK, b.failing(b.E6, nlb("https", "TLS")))
    assert finding.summary == (
        "Listener TLS 80 of orders-nlb: the backend gets plain HTTP, after the listener has decrypted it, "
        "and answers with something else (the log says “HELLO”)."
    )
    assert finding.citations[0].value.endswith("Invalid protocol version: HELLO")
    assert "--protocol TLS --port 8080" in finding.fix.cli[0]
    assert f"modify-listener --listener-arn {FRONT} --protocol TCP" in finding.fix.steps[1]


def test_grpc_is_told_with_the_answer_that_clients_get():
    (finding,) = w.findings(CHECK, alb(protocol_version="GRPC"))
    assert finding.summary == (
        "Target group orders-alb-tg is for GRPC; API Gateway speaks HTTP/1.1, so the answer is always 464."
    )


@pytest.mark.parametrize(
    "evidence",
    [
        nlb(listener="TLS"),
        nlb(listener="TLS", group="TLS"),
        nlb(listener="UDP", group="UDP"),
        behind(listener="HTTPS"),
        behind("https"),
        alb(listener="HTTPS"),
        alb("https"),
        http_api(tls=False, listener="HTTPS"),
        alb(protocol_version="GRPC"),
    ],
    ids=["TLS", "TLS to TLS", "UDP", "behind: HTTPS", "behind: HTTP", "v2: HTTPS", "v2: HTTP", "HTTP API", "GRPC"],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert ("pass", finding.resource) in w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))


def test_what_the_log_showed_cannot_be_repaired_on_the_model():
    evidence = b.failing(b.E6, nlb())
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_every_known_way_has_a_row():
    assert refusal("", "UDP") is not None
    assert refusal("http", "TCP") is None
    assert way("http", "TCP", "TLS") is None
    assert way("https", "TLS", "TCP").backend_gets == "http"


PLAIN = r.ProbedHttp(fault="tls-on-plain-port", explanation="the port speaks TLS")
NOT_TLS = p.tls("not-tls", chain=())


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(nlb(), http=PLAIN), [("fail", FRONT)], id="plain HTTP to a TLS port"),
        pytest.param(p.one_bad(nlb(), http=PLAIN), [("fail", FRONT)], id="one of two"),
        pytest.param(p.probed(nlb("https"), tls=NOT_TLS, http=None), [("fail", FRONT)], id="TLS to a plain port"),
        pytest.param(p.probed(nlb(), http=r.ProbedHttp(fault="not-http")), [("fail", FRONT)], id="not HTTP"),
        pytest.param(p.probed(nlb(), http=r.ProbedHttp(fault="timeout")), [("pass", FRONT)], id="slow is no protocol"),
        pytest.param(p.probed(nlb()), [("pass", FRONT)], id="HTTP"),
        pytest.param(
            p.probed(nlb(health_check_protocol="HTTPS")), [("pass", FRONT)], id="an answer beats what checks hint at"
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_what_the_wire_said_is_cited_and_confirms():
    (cause, *_) = report(p.probed(nlb(), http=PLAIN)).verdict.causes
    assert (cause.check, cause.confidence) == ("LB-06", "confirmed")
    assert cause.citations[0].source == "probe"
    assert "the port speaks TLS" in cause.summary


def test_a_listener_that_refuses_by_its_protocol_is_confirmed_by_its_own_addresses():
    evidence = nlb(listener="TLS")
    (cause, *_) = report(p.probed(evidence, p.nodes(evidence), http=PLAIN)).verdict.causes
    assert (cause.check, cause.confidence) == ("LB-06", "confirmed")
    assert [c.resource for c in cause.citations if c.source == "probe"] == ["10.20.1.20:80", "10.20.2.20:80"]


def test_the_code_changes_the_scheme_of_the_uri():
    (finding,) = w.findings(CHECK, nlb(listener="TLS"))
    uri = "https://orders.example.com:80/{proxy}"
    assert terraform(finding.fix.terraform) == {"aws_api_gateway_integration": {"uri": f'"{uri}"'}}
    assert cloudformation(finding.fix.cloudformation) == {"AWS::ApiGateway::Method": {"Integration": {"Uri": uri}}}


def test_the_code_makes_a_group_of_the_other_protocol_with_the_same_targets():
    (finding,) = w.findings(CHECK, b.failing(b.E6, nlb("https", "TLS")))
    hcl, yaml = terraform(finding.fix.terraform), cloudformation(finding.fix.cloudformation)
    group = yaml["AWS::ElasticLoadBalancingV2::TargetGroup"]
    assert (group["Protocol"], group["Port"]) == ("TLS", 8080)
    assert group["Targets"] == [{"Id": "i-0a1", "Port": 8080}, {"Id": "i-0a2", "Port": 8080}]
    assert hcl["aws_lb_target_group"]["protocol"] == '"TLS"'
    assert hcl["aws_lb_target_group_attachment"]["target_group_arn"] == "${aws_lb_target_group.new.arn}"
