import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.checks.target_group.proxy_protocol_on import ATTRIBUTE
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["LB-07"]
BAD_REQUEST = "Received response. Status: 400, Integration latency: 3 ms"


def on(value: str = "true", evidence=None, group: str = w.GROUP):
    return b.with_attribute(s.GROUP_ATTRIBUTES, group, ATTRIBUTE, value, evidence)


def answered_400(evidence):
    return w.logged(b.ROUTE, BAD_REQUEST, b.COMPLETED, evidence=evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.GROUP)], id="off"),
        pytest.param(w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {}), [("pass", w.GROUP)], id="off by default"),
        pytest.param(v2.rest_v2(), [("not-applicable", v2.ALB_GROUP)], id="an ALB's group"),
        pytest.param(on(), [("warn", w.GROUP)], id="on"),
        pytest.param(b.failing(b.E6, on()), [("fail", w.GROUP)], id="on, and the answer is not HTTP"),
        pytest.param(answered_400(on()), [("fail", w.GROUP)], id="on, and the backend answers 400"),
        pytest.param(b.failing(b.E1, on()), [("warn", w.GROUP)], id="on, and the log shows something else"),
        pytest.param(b.failing(b.E6), [("pass", w.GROUP)], id="off, whatever the log shows"),
        pytest.param(on("maybe"), [("unknown", w.GROUP)], id="a strange value"),
        pytest.param(
            on(evidence=b.two_groups(), group=b.SECOND_GROUP),
            [("pass", w.GROUP), ("warn", b.SECOND_GROUP)],
            id="several",
        ),
        pytest.param(w.denied(s.GROUP_ATTRIBUTES), [("unknown", w.GROUP)], id="not readable"),
    ],
)
def test_proxy_protocol_on(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    missing = w.actions_missing(CHECK, w.denied(s.GROUP_ATTRIBUTES))
    assert missing == {"elasticloadbalancing:DescribeTargetGroupAttributes"}


def test_a_fail_cites_the_attribute_and_the_log():
    (finding,) = w.findings(CHECK, b.failing(b.E6, on()))
    assert finding.summary == (
        "orders-tg begins every connection with a Proxy Protocol header, and the backend answers "
        "something that is not HTTP."
    )
    assert (finding.citations[0].field, finding.citations[0].value) == (ATTRIBUTE, "true")
    assert "Invalid protocol version: HELLO" in finding.citations[1].value


def test_the_fix_heals_the_model():
    evidence = b.failing(b.E6, on())
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli == (
        f"aws elbv2 modify-target-group-attributes --target-group-arn {w.GROUP} "
        f"--attributes Key={ATTRIBUTE},Value=false",
    )
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.GROUP)]


SICK = b.with_health("unhealthy", "unhealthy")


def switched_on(evidence):
    return w.changed(s.GROUP_ATTRIBUTES, w.GROUP, {"proxy_protocol_v2.enabled": "true"}, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(switched_on(SICK)), [("fail", w.GROUP)], id="checks fail, plain HTTP is answered"),
        pytest.param(p.probed(switched_on(w.healthy())), [("warn", w.GROUP)], id="checks pass: both are taken"),
        pytest.param(
            p.probed(switched_on(SICK), http=r.ProbedHttp(fault="closed")),
            [("warn", w.GROUP)],
            id="it hangs up without the header: it expects one",
        ),
        pytest.param(
            p.probed(switched_on(SICK), http=r.ProbedHttp(status=400)), [("warn", w.GROUP)], id="400 tells neither"
        ),
        pytest.param(p.probed(SICK), [("pass", w.GROUP)], id="switched off"),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said
