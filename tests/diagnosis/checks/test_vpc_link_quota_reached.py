import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.plan import LINKS_V1_QUOTA, LINKS_V2_QUOTA
from bot.diagnosis.resources import Quota
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["QUO-01"]
REACHED = "Too many VPC links defined: the quota of this region is reached."
TAKEN = "NLB is already associated with another VPC Endpoint Service"


def failed(message="", evidence=None):
    evidence = wl.link(evidence, status="FAILED", status_message=message)
    return w.changed(s.QUOTA, LINKS_V1_QUOTA, Quota(code=LINKS_V1_QUOTA, value=20), evidence)


def failed_v2(message):
    evidence = v2.rest_v2()
    link = evidence.get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update={"status": "FAILED", "status_message": message})
    return w.changed(s.VPC_LINK_V2, v2.LINK_V2, link, evidence)


def two_links():
    routes = (wl.private("GET", "/a"), wl.private("GET", "/b", connection_id="v1two"))
    other = w.r.VpcLinkV1(id="v1two", status="AVAILABLE", target_arns=(w.NLB,))
    return w.changed(s.VPC_LINK_V1, "v1two", other, failed(REACHED, wl.with_routes(*routes)))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LINK)], id="a link that works"),
        pytest.param(failed(TAKEN), [("pass", w.LINK)], id="failed for another reason"),
        pytest.param(failed(REACHED), [("fail", w.LINK)], id="the message names the quota"),
        pytest.param(failed("VPC links limit exceeded"), [("fail", w.LINK)], id="… as a limit"),
        pytest.param(failed_v2("LimitExceeded: too many VPC links"), [("fail", v2.LINK_V2)], id="second generation"),
        pytest.param(failed(), [("unknown", w.LINK)], id="no message"),
        pytest.param(two_links(), [("fail", w.LINK), ("not-applicable", "v1two")], id="several"),
        pytest.param(
            w.changed(s.VPC_LINK_V1, w.LINK, wr.gap(s.VPC_LINK_V1)), [("unknown", "there")], id="link not readable"
        ),
    ],
)
def test_vpc_link_quota_reached(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.VPC_LINK_V1)) == {"apigateway:GET"}


def test_a_quota_that_cannot_be_read_hides_nothing():
    assert w.judged(CHECK, w.denied(s.QUOTA, failed(REACHED))) == [("fail", w.LINK)]
    (finding,) = w.findings(CHECK, w.denied(s.QUOTA, failed()))
    assert (finding.status, finding.gaps) == ("unknown", ())


def test_it_cites_message_and_quota_and_explains_the_failed_link():
    evidence = failed(REACHED)
    (finding,) = w.findings(CHECK, evidence)
    assert [(c.field, c.value) for c in finding.citations] == [("statusMessage", REACHED.rstrip(".")), ("Value", "20")]
    assert f"--quota-code {LINKS_V1_QUOTA}" in finding.fix.cli[1]
    (cause,) = report(evidence).verdict.causes
    assert (cause.check, cause.symptoms) == ("QUO-01", ("VPL-03",))


def test_the_quota_of_the_generation_is_named():
    (finding,) = w.findings(CHECK, failed_v2(REACHED))
    assert LINKS_V2_QUOTA in finding.fix.cli[1]
    assert "allowed" in w.findings(CHECK, failed())[0].summary


def test_the_code_raises_the_quota():
    (finding,) = w.findings(CHECK, failed_v2(REACHED))
    quota = terraform(finding.fix.terraform)["aws_servicequotas_service_quota"]
    assert (quota["service_code"], quota["quota_code"]) == ('"apigateway"', f'"{LINKS_V2_QUOTA}"')
    assert cloudformation(finding.fix.cloudformation) == {}
