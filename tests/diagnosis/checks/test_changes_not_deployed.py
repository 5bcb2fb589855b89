from dataclasses import replace
from datetime import timedelta

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.resources import Canary, Change, Deployment
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["DEP-01"]
STAGE = f"{w.API}/{w.STAGE}"
URI = "http://orders.example.com"
EXPORT_REFUSED = wr.gap(s.DEPLOYED, detail="Models with a content type other than application/json")


def running(*routes, evidence=None):
    """The stage runs these methods; what is edited is the healthy one."""
    return w.changed(s.DEPLOYED, wl.STAGE_KEY, routes, evidence)


def runs(evidence=None, **changes):
    return running(wl.private(**changes), evidence=evidence)


def without_export(*deployments, changes=(), deployment_id="dep1"):
    evidence = wl.with_stage(deployment_id=deployment_id)
    evidence = w.changed(s.DEPLOYMENTS, wl.ROUTES_KEY, deployments, evidence)
    return evidence.with_reads({(s.DEPLOYED.name, wl.STAGE_KEY): EXPORT_REFUSED, (s.CHANGES.name, w.API): changes})


def deployment(name, days_ago):
    return Deployment(id=name, created=w.NOW - timedelta(days=days_ago))


def change(call, hours_ago, **more):
    return Change(at=w.NOW - timedelta(hours=hours_ago), call=call, resource=w.API, principal="ada", **more)


def nothing_private():
    return running(wl.lambda_route(), evidence=wl.with_routes(wl.lambda_route()))


def http_api(**stage):
    return wl.other_protocol("HTTP", **stage)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.STAGE, wl.STAGE_KEY), [("not-applicable", "orders")], id="nothing there: no stage"),
        pytest.param(nothing_private(), [("not-applicable", STAGE)], id="nothing private"),
        pytest.param(w.healthy(), [("pass", STAGE)], id="the same"),
        pytest.param(runs(uri=f"{URI}:8081/{{proxy}}"), [("fail", STAGE)], id="another port"),
        pytest.param(
            running(
                wl.private("GET", "/orders", uri=f"{URI}:1/orders"),
                wl.private("GET", "/stock", uri=f"{URI}:2/stock"),
                wl.lambda_route(),
                evidence=wr.two_paths(),
            ),
            [("fail", STAGE), ("fail", STAGE)],
            id="several: one finding a path",
        ),
        pytest.param(w.denied(s.DEPLOYED), [("unknown", "orders")], id="stage not readable"),
        pytest.param(without_export(), [("unknown", STAGE)], id="export refused, nothing else known"),
    ],
)
def test_changes_not_deployed(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("old", "status"),
    [
        pytest.param({"uri": f"{URI}:8081/{{proxy}}"}, "fail", id="port"),
        pytest.param({"uri": "https://orders.example.com/{proxy}"}, "fail", id="scheme"),
        pytest.param({"uri": "http://old.example.com/{proxy}"}, "fail", id="host"),
        pytest.param({"uri": f"{URI}:80/{{proxy}}"}, "warn", id="the default port, spelt out"),
        pytest.param({"uri": f"{URI}/v1/{{proxy}}"}, "warn", id="only the path behind the host"),
        pytest.param({"connection_id": "v1old"}, "fail", id="link"),
        pytest.param({"connection_type": "INTERNET", "connection_id": ""}, "fail", id="no link"),
        pytest.param({"target": w.ALB}, "fail", id="target"),
        pytest.param({"type": "HTTP"}, "fail", id="kind"),
        pytest.param({"type": "http_proxy"}, "pass", id="kind in the export's lower case"),
        pytest.param({"insecure_skip_verification": True}, "fail", id="certificate check"),
        pytest.param({"timeout_milliseconds": 3000}, "warn", id="timeout"),
        pytest.param({"request_parameters": {"integration.request.header.X": "'1'"}}, "warn", id="parameters"),
        pytest.param({"http_method": "GET"}, "warn", id="method"),
        pytest.param({"http_method": "x-amazon-apigateway-any-method"}, "pass", id="the export's word for ANY"),
    ],
)
def test_what_differs_decides(old, status):
    assert w.judged(CHECK, runs(**old)) == [(status, STAGE)]


@pytest.mark.parametrize(
    ("line", "old", "status"),
    [
        pytest.param(wr.E1, {"uri": f"{URI}:8081/{{proxy}}"}, "fail", id="a port explains E1"),
        pytest.param(wr.E1, {"uri": "http://old.example.com/{proxy}"}, "warn", id="a host is not resolved: not E1"),
        pytest.param(wr.E2, {"uri": "http://old.example.com/{proxy}"}, "fail", id="a host explains E2"),
        pytest.param(wr.E1, {"timeout_milliseconds": 3000}, "warn", id="a timeout does not explain E1"),
        pytest.param(wr.E9, {"timeout_milliseconds": 3000}, "fail", id="a shorter timeout explains E9"),
        pytest.param(wr.E9, {"timeout_milliseconds": 29_001}, "warn", id="a longer one does not"),
        pytest.param(wr.NO_MATCH, {"type": "HTTP"}, "fail", id="the kind explains a mapping failure"),
        pytest.param(wr.E1, {"type": "HTTP"}, "warn", id="the kind does not explain E1"),
    ],
)
def test_the_log_decides_whether_a_difference_explains_the_failure(line, old, status):
    assert w.judged(CHECK, wr.log((wr.TAKEN, line, wr.ENDED), evidence=runs(**old))) == [(status, STAGE)]


def test_an_id_that_moved_into_a_stage_variable_leads_to_the_same_place():
    evidence = wl.with_variable({"linkId": w.LINK})
    assert w.judged(CHECK, running(wl.private(), evidence=evidence)) == [("warn", STAGE)]
    elsewhere = wl.with_variable({"linkId": "v1new"})
    assert w.judged(CHECK, running(wl.private(), evidence=elsewhere)) == [("fail", STAGE)]


@pytest.mark.parametrize(
    ("deployed", "status", "words"),
    [
        pytest.param((wl.lambda_route(),), "warn", "is not deployed", id="a method that is only edited"),
        pytest.param(
            (wl.private(), wl.private("GET", "/old")), "warn", "still runs GET /old", id="one that is deleted"
        ),
        pytest.param((wl.route(integration=None),), "unknown", "no integration", id="an export without integrations"),
        pytest.param((), "unknown", "no integration", id="an empty export"),
    ],
)
def test_methods_that_are_only_on_one_side(deployed, status, words):
    (finding,) = w.findings(CHECK, running(*deployed))
    assert finding.status == status
    assert words in finding.summary


def test_the_asked_method_that_runs_through_a_link_and_is_a_function_as_edited_fails():
    evidence = wl.with_routes(wl.lambda_route("GET", "/report"), path="/report", method="GET")
    evidence = running(wl.private("GET", "/report"), evidence=evidence)
    assert w.judged(CHECK, evidence) == [("fail", STAGE)]


@pytest.mark.parametrize(
    ("evidence", "status", "words"),
    [
        pytest.param(http_api(auto_deploy=True), "pass", "by itself", id="deploys by itself"),
        pytest.param(
            http_api(auto_deploy=True, deployment_message="Successfully deployed stage with deployment ID 'dep1'"),
            "pass",
            "by itself",
            id="the message of success",
        ),
        pytest.param(
            http_api(auto_deploy=True, deployment_message="Deployment attempt failed: Unable to deploy API."),
            "warn",
            "Unable to deploy API.",
            id="the last deployment failed",
        ),
        pytest.param(http_api(), "unknown", "does not deploy by itself", id="deployed by hand"),
        pytest.param(v2.http_api(), "pass", "by itself", id="the healthy one"),
    ],
)
def test_an_http_api_tells_by_its_stage(evidence, status, words):
    (finding,) = w.findings(CHECK, evidence)
    assert (finding.status, finding.resource) == (status, STAGE)
    assert words in finding.summary


@pytest.mark.parametrize(
    ("evidence", "status", "words"),
    [
        pytest.param(
            without_export(deployment("dep1", 3), changes=(change("apigateway:UpdateIntegration", 5),)),
            "warn",
            "apigateway:UpdateIntegration",
            id="edited after the deployment",
        ),
        pytest.param(
            without_export(deployment("dep1", 0), changes=(change("apigateway:UpdateIntegration", 5),)),
            "unknown",
            "could not be read",
            id="edited before it",
        ),
        pytest.param(
            without_export(deployment("dep1", 3), changes=(change("apigateway:UpdateStage", 5),)),
            "unknown",
            "could not be read",
            id="a stage's setting needs no deployment",
        ),
        pytest.param(
            without_export(deployment("dep1", 3), changes=(change("apigateway:PutIntegration", 5, error="Denied"),)),
            "unknown",
            "could not be read",
            id="an edit that AWS refused",
        ),
        pytest.param(
            without_export(deployment("dep2", 1), deployment("dep1", 3)),
            "unknown",
            "a newer one, dep2, exists",
            id="an older deployment than the newest",
        ),
    ],
)
def test_without_an_export_cloudtrail_may_show_the_edit(evidence, status, words):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.status == status
    assert words in finding.summary


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, without_export()) == {"apigateway:GET"}
    unread = replace(w.healthy(), reads={k: v for k, v in w.healthy().reads.items() if k[0] != s.DEPLOYED.name})
    assert w.actions_missing(CHECK, unread) == {"apigateway:GET"}


def test_it_lists_old_and_new_and_says_what_the_others_judge():
    (finding,) = w.findings(CHECK, runs(uri=f"{URI}:8081/{{proxy}}", timeout_milliseconds=3000))
    assert finding.summary == (
        "Stage prod still runs an older integration than the one edited last. Running → edited: ANY /{proxy+}: uri "
        "http://orders.example.com:8081/{proxy} → http://orders.example.com/{proxy}, timeoutInMillis 3000 → 29000. "
        "The other checks judge the edited one."
    )
    assert [c.field for c in finding.citations] == ["ANY /{proxy+} uri", "ANY /{proxy+} timeoutInMillis"]
    assert finding.citations[0].source == "apigateway:GetExport"
    assert finding.fix.cli == (f"aws apigateway create-deployment --rest-api-id {w.API} --stage-name prod",)


def test_it_says_that_a_canary_is_not_in_the_export():
    canary = Canary(percent_traffic=10, deployment_id="dep2")
    (finding,) = w.findings(CHECK, wl.with_stage(canary=canary))
    assert "canary" in finding.summary


def test_the_fix_heals_the_model():
    evidence = runs(uri=f"{URI}:8081/{{proxy}}")
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", STAGE)]


def test_the_log_confirms_what_waits_to_be_deployed():
    evidence = wr.log((wr.TAKEN, wr.E1, wr.ENDED), evidence=runs(uri=f"{URI}:8081/{{proxy}}"))
    (cause,) = report(evidence).verdict.causes
    assert (cause.check, cause.confidence) == ("DEP-01", "confirmed")
