import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.resources import Canary, VpcLinkV1
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr

CHECK = by_code()["DEP-02"]
STAGE = f"{w.API}/{w.STAGE}"
GONE = "zz9qk2"
E7 = f"Execution failed due to configuration error: Invalid Vpc Link id {GONE} referenced in integration"


def canary(percent=10.0, deployment="dep1", **variables):
    return Canary(percent_traffic=percent, deployment_id=deployment, stage_variables=variables)


def with_canary(found, main=w.LINK):
    evidence = wl.with_variable({"linkId": main}, canary=found)
    evidence = w.changed(s.DEPLOYED, wl.STAGE_KEY, (wl.private(connection_id=wl.VARIABLE),), evidence)
    return wl.no_link(GONE, evidence)


def second_link(status):
    link = VpcLinkV1(id="v1two", name="two", status=status, target_arns=(w.NLB,))
    return w.changed(s.VPC_LINK_V1, "v1two", link, with_canary(canary(linkId="v1two")))


BROKEN = with_canary(canary(linkId=GONE))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.healthy(), [("not-applicable", "orders")], id="nothing there: no canary"),
        pytest.param(with_canary(canary(percent=0, linkId=GONE)), [("pass", STAGE)], id="no traffic for it"),
        pytest.param(with_canary(canary(other="x")), [("pass", STAGE)], id="the same way"),
        pytest.param(second_link("AVAILABLE"), [("pass", STAGE)], id="another way that works"),
        pytest.param(BROKEN, [("fail", STAGE)], id="a link that does not exist"),
        pytest.param(second_link("FAILED"), [("fail", STAGE)], id="a link that is FAILED"),
        pytest.param(with_canary(canary(linkId=GONE), main=GONE), [("pass", STAGE)], id="the stage's own is as broken"),
        pytest.param(with_canary(canary(deployment="dep2")), [("warn", STAGE)], id="another deployment"),
        pytest.param(with_canary(canary(deployment="dep2", linkId=GONE)), [("fail", STAGE)], id="both"),
        pytest.param(w.denied(s.STAGE, BROKEN), [("unknown", "orders")], id="stage not readable"),
        pytest.param(
            w.changed(s.VPC_LINK_V1, "v1two", wr.gap(s.VPC_LINK_V1), with_canary(canary(linkId="v1two"))),
            [("unknown", STAGE)],
            id="the canary's link not readable",
        ),
    ],
)
def test_canary_takes_another_way(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.STAGE, BROKEN)) == {"apigateway:GET"}


def test_several_ways_are_judged_each_by_its_own():
    routes = (wl.private(connection_id=wl.VARIABLE), wl.private("GET", "/stock", uri="http://stock.example.com/stock"))
    evidence = w.changed(s.ROUTES, wl.ROUTES_KEY, routes, BROKEN)
    (finding,) = w.findings(CHECK, evidence)
    assert "ANY /{proxy+}" in finding.summary
    assert len(finding.paths) == 1


def test_a_fail_cites_share_and_override_and_names_the_fault():
    (finding,) = w.findings(CHECK, BROKEN)
    assert "about 10 % of the requests" in finding.summary
    assert f"VPC link {GONE}" in finding.summary
    cited = {c.field: c.value for c in finding.citations}
    assert cited["canarySettings.percentTraffic"] == "10"
    assert cited["canarySettings.stageVariableOverrides.linkId"] == GONE
    assert finding.fix.cli[0] == (
        f"aws apigateway update-stage --rest-api-id {w.API} --stage-name prod "
        "--patch-operations op=remove,path=/canarySettings"
    )


def test_the_missing_link_is_a_consequence_of_the_canary():
    (cause,) = report(wr.log((wr.TAKEN, E7, wr.ENDED), evidence=BROKEN)).verdict.causes
    assert (cause.check, cause.confidence) == ("DEP-02", "confirmed")
    assert "VPL-02" in cause.symptoms


def test_the_fix_heals_the_model():
    (finding,) = w.findings(CHECK, BROKEN)
    healed = CHECK.repair(finding, w.Walk(BROKEN))
    assert w.judged(CHECK, healed) == [("not-applicable", "orders")]
    assert report(healed).verdict.state == "no-fault-found"
