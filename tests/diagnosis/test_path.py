"""The hops that each topology has, in order."""

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.engine import report
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import State
from bot.diagnosis.path import Walk
from bot.diagnosis.plan import wanted
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

TOPOLOGIES = [
    pytest.param(w.healthy(), ["net/orders-nlb"], ["i-0a1", "i-0a2"], id="REST, link v1, NLB"),
    pytest.param(
        v2.alb_behind_nlb(), ["net/orders-nlb", "app/orders-alb"], ["i-0a1", "i-0a2"], id="REST, link v1, NLB, ALB"
    ),
    pytest.param(v2.rest_v2(), ["app/orders-alb"], ["i-0a1", "i-0a2"], id="REST, link v2, ALB"),
    pytest.param(v2.rest_v2("nlb"), ["net/orders-nlb"], ["i-0a1", "i-0a2"], id="REST, link v2, NLB"),
    pytest.param(v2.http_api(), ["app/orders-alb"], ["i-0a1", "i-0a2"], id="HTTP API, ALB"),
    pytest.param(v2.http_api("nlb"), ["net/orders-nlb"], ["i-0a1", "i-0a2"], id="HTTP API, NLB"),
]


@pytest.mark.parametrize(("evidence", "balancers", "targets"), TOPOLOGIES)
def test_the_walk_reaches_the_targets(evidence, balancers, targets):
    walk = Walk(evidence)
    assert ["/".join(b.arn.split("/")[1:3]) for b in walk.balancers.items] == balancers
    assert [t.id for t in walk.targets.items] == targets
    assert walk.targets.gaps == ()
    assert {name for name, _ in wanted(evidence)} <= {"metric"}


@pytest.mark.parametrize(("evidence", "balancers", "targets"), TOPOLOGIES)
def test_a_healthy_topology_has_no_fault(evidence, balancers, targets):
    result = report(evidence)
    assert [(f.check, f.summary) for f in result.findings if f.status in {"fail", "warn"}] == []
    assert result.verdict.state is State.NO_FAULT_FOUND
    assert {h.state for h in result.path} == {"ok"}


def test_the_failing_requests_own_path_comes_first():
    route = w.healthy().reads[s.ROUTES.name, f"REST/{w.API}"][0]
    other = route.model_copy(
        update={
            "path": "/admin",
            "method": "GET",
            "integration": route.integration.model_copy(update={"connection_id": "v1lnk8"}),
        }
    )
    evidence = w.changed(s.ROUTES, f"REST/{w.API}", (route, other))
    assert [p.routes[0].path for p in Walk(evidence).paths.items] == ["/admin", "/{proxy+}"]
    logged = w.logged(
        "HTTP Method: GET, Resource Path: /{proxy+}",
        "Execution failed due to configuration error: There was an internal error while executing your request",
        evidence=evidence,
    )
    assert [p.routes[0].path for p in Walk(logged).paths.items] == ["/{proxy+}", "/admin"]


def test_routes_that_share_an_endpoint_share_a_path():
    route = w.healthy().reads[s.ROUTES.name, f"REST/{w.API}"][0]
    second = route.model_copy(
        update={
            "path": "/b",
            "integration": route.integration.model_copy(update={"uri": "http://orders.example.com/b"}),
        }
    )
    (path,) = Walk(w.changed(s.ROUTES, f"REST/{w.API}", (route, second))).paths.items
    assert [r.path for r in path.routes] == ["/b", "/{proxy+}"]


def test_a_canary_that_points_elsewhere_is_a_path_of_its_own():
    variable = "${stageVariables.link}"
    route = w.healthy().reads[s.ROUTES.name, f"REST/{w.API}"][0]
    route = route.model_copy(update={"integration": route.integration.model_copy(update={"connection_id": variable})})
    canary = w.r.Canary(percent_traffic=10, deployment_id="dep2", stage_variables={"link": "v1new"})
    evidence = w.changed(s.ROUTES, f"REST/{w.API}", (route,))
    evidence = w.changed(
        s.STAGE, f"REST/{w.API}/{w.STAGE}", w.stage(variables={"link": w.LINK}, canary=canary), evidence
    )
    assert [(p.canary, p.connection.text) for p in Walk(evidence).paths.items] == [(False, w.LINK), (True, "v1new")]


def test_of_two_apis_of_one_name_the_one_with_the_stage_is_meant():
    twin = w.r.Api(id="twin000000", name="orders", protocol="REST")
    both = w.r.ApiMatches(apis=(*w.healthy().reads[s.REST_APIS.name, "orders"].apis, twin))
    evidence = w.gone(s.STAGE, f"REST/twin000000/{w.STAGE}", evidence=w.changed(s.REST_APIS, "orders", both))
    assert Walk(evidence).api.id == w.API
    both_staged = w.changed(s.STAGE, f"REST/twin000000/{w.STAGE}", w.stage(), evidence)
    assert Walk(both_staged).api is None
    assert Walk(both_staged).candidates == (w.API, "twin000000")


def test_an_id_that_one_listing_knows_needs_no_other():
    by_id = w.healthy(api=w.API).with_reads({(s.REST_APIS.name, w.API): w.healthy().reads[s.REST_APIS.name, "orders"]})
    reads = {key: value for key, value in by_id.reads.items() if key[0] != s.HTTP_APIS.name}
    assert Walk(Evidence(request=by_id.request, at=by_id.at, reads=reads)).api.id == w.API
