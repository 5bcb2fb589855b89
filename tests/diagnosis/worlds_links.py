"""Evidence of the ways to a VPC link beside the plain one: stage variables, a canary, the second generation."""

from __future__ import annotations

from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Absent, Evidence
from tests.diagnosis import worlds as w

LINK_V2 = "v2lnk9"
VARIABLE = "${stageVariables.linkId}"
STAGE_KEY = f"REST/{w.API}/{w.STAGE}"
ROUTES_KEY = f"REST/{w.API}"
V2 = r.VpcLinkV2(
    id=LINK_V2,
    name="orders-link-v2",
    status="AVAILABLE",
    subnet_ids=w.BALANCER_SUBNETS,
    security_group_ids=("sg-0link",),
)


def integration(**changes: Any) -> r.Integration:
    return r.Integration(
        **{
            "type": "HTTP_PROXY",
            "http_method": "ANY",
            "uri": "http://orders.example.com/{proxy}",
            "connection_type": "VPC_LINK",
            "connection_id": w.LINK,
            **changes,
        }
    )


def route(method: str = "ANY", path: str = "/{proxy+}", **changes: Any) -> r.Route:
    found = r.Route(resource_id="res1", path=path, method=method, integration=integration())
    return found.model_copy(update=changes)


def private(method: str = "ANY", path: str = "/{proxy+}", **changes: Any) -> r.Route:
    """A method with a private integration that differs in these fields."""
    return route(method, path, integration=integration(**changes))


def lambda_route(method: str = "GET", path: str = "/report") -> r.Route:
    function = f"arn:aws:lambda:{w.REGION}:{w.ACCOUNT}:function:report-fn"
    uri = f"arn:aws:apigateway:{w.REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    return route(method, path, integration=r.Integration(type="AWS_PROXY", uri=uri))


def api(**changes: Any) -> r.Api:
    return r.Api(**{"id": w.API, "name": "orders", "protocol": "REST", "status": "AVAILABLE", **changes})


def with_api(found: r.Api, evidence: Evidence | None = None) -> Evidence:
    return w.changed(s.REST_APIS, "orders", r.ApiMatches(apis=(found,)), evidence)


def with_routes(*routes: r.Route, **request: Any) -> Evidence:
    return w.changed(s.ROUTES, ROUTES_KEY, routes, w.healthy(**request))


def with_stage(evidence: Evidence | None = None, **changes: Any) -> Evidence:
    return w.changed(s.STAGE, STAGE_KEY, w.stage(**changes), evidence)


def with_variable(variables: dict[str, str], connection_id: str = VARIABLE, canary: r.Canary | None = None) -> Evidence:
    """The integration takes its link's id from a stage variable."""
    return with_stage(with_routes(private(connection_id=connection_id)), variables=variables, canary=canary)


def link(evidence: Evidence | None = None, **changes: Any) -> Evidence:
    """The link of the first generation, changed."""
    values = {"id": w.LINK, "name": "orders-link", "status": "AVAILABLE", "target_arns": (w.NLB,), **changes}
    return w.changed(s.VPC_LINK_V1, w.LINK, r.VpcLinkV1(**values), evidence)


def no_link(link_id: str, evidence: Evidence) -> Evidence:
    """Neither generation knows this id."""
    return evidence.with_reads({(x.name, link_id): Absent() for x in (s.VPC_LINK_V1, s.VPC_LINK_V2)})


def second_generation(*, target: str = w.ALB) -> Evidence:
    """REST API → VPC link v2 → `integrationTarget`."""
    evidence = with_routes(private(connection_id=LINK_V2, target=target))
    return evidence.with_reads({(s.VPC_LINK_V1.name, LINK_V2): Absent(), (s.VPC_LINK_V2.name, LINK_V2): V2})


def other_protocol(protocol: str, link_id: str = LINK_V2, **stage: Any) -> Evidence:
    """An HTTP or WebSocket API whose route uses this link."""
    found = api(protocol=protocol, status="")
    key = f"{protocol}/{w.API}"
    used = r.Route(
        resource_id="r1",
        path="/orders" if protocol == "HTTP" else "placeOrder",
        method="GET" if protocol == "HTTP" else "",
        integration=integration(id="int1", uri=w.LISTENER, connection_id=link_id),
    )
    return w.healthy().with_reads(
        {
            (s.REST_APIS.name, "orders"): r.ApiMatches(),
            (s.HTTP_APIS.name, "orders"): r.ApiMatches(apis=(found,)),
            (s.STAGE.name, f"{key}/{w.STAGE}"): w.stage(**stage),
            (s.ROUTES.name, key): (used,),
            (s.VPC_LINK_V2.name, w.LINK): Absent(),
            (s.VPC_LINK_V1.name, LINK_V2): Absent(),
            (s.VPC_LINK_V2.name, LINK_V2): V2,
            (s.LISTENER.name, w.LISTENER): w.healthy().get(s.LISTENERS, w.NLB)[0],
        }
    )
