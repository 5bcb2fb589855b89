"""POL-01: an authorizer, a policy, WAF, a usage plan or a Lambda function failed the request; not the VPC link."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from shlex import quote

from bot.diagnosis.check import Check
from bot.diagnosis.integration import matching_route
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import citations, has_log, most, others, telling_line
from bot.diagnosis.request_log import NOT_THE_LINK, RequestLog, outcome
from bot.diagnosis.resources import Api, Stage
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, ROUTES, STAGE
from bot.language import _, marked

_AUTHORIZER, _WAF, _USAGE_PLAN = marked("an authorizer"), marked("AWS WAF"), marked("a usage plan")
_POLICY = marked("a resource policy or missing credentials")
_KINDS = (
    (_AUTHORIZER, re.compile(r"authorizer", re.IGNORECASE)),
    (_WAF, re.compile(r"\bwaf", re.IGNORECASE)),
    (_USAGE_PLAN, re.compile(r"usage plan|api key|quota|throttl|limit exceeded|too many requests", re.IGNORECASE)),
    (marked("a Lambda function"), re.compile(r"lambda", re.IGNORECASE)),
    (marked("an IAM permission"), re.compile(r"assume the provided role|permission|iam role", re.IGNORECASE)),
    (_POLICY, re.compile(r"unauthori|authoriz|forbidden|denied|token", re.IGNORECASE)),
)
_OTHER = marked("something before the VPC link")

_SHOWN_ROUTES = 3


class RefusedBeforeTheLink(Check[Stage]):
    """A request fails beside the VPC link: at an authorizer, a policy, WAF, a usage plan or a Lambda function.

    Why: API Gateway asks the resource policy, WAF, the authorizer and the usage plan before it calls the integration.
    An authorizer that breaks is a 500 that looks like any other, and never reaches the link.
    How we decide: at least half of the failing requests show such a failure with a 5xx: fails, with what the line
    names. Fewer, or answers of 401, 403 and 429, only warn. The VPC link is not at fault for these requests.
    How to fix: repair what the line names.
    References: AWS: supported-gateway-response-types, apigateway-use-lambda-authorizer,
    apigateway-authorization-flow, api-gateway-variables-for-access-logging.
    """

    code = "POL-01"
    title = "Requests are not refused before the VPC link"
    hop = Hop.API
    needs = (EXECUTION_LOG, ACCESS_LOG, STAGE, ROUTES)
    signatures = frozenset({NOT_THE_LINK})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage: what is refused often has no route in the log."""
        stage = walk.stage
        return Reached((stage,)) if stage else Reached(())

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge what failed the requests of the asked route, or of the stage."""
        api = walk.api
        if api is None:
            return
        resource = f"{api.id}/{subject.name}"
        if not has_log(walk):
            summary = _("No log of stage {stage} tells whether requests are refused.", stage=subject.name)
            yield self.undecided(resource, summary)
            return
        every = [x for x in walk.failing if outcome(x) and _concerns(x, walk)]
        refused = [x for x in every if outcome(x) == NOT_THE_LINK]
        if not refused:
            summary = _("No failing request on stage {stage} was refused before the VPC link.", stage=subject.name)
            yield self.passed(resource, summary)
            return
        named = _kinds(refused)
        summary = _summary(refused, every, named)
        fix = _fix(api, subject, named)
        broken = [x for x in refused if x.method_status is None or x.method_status >= 500]
        if most(broken, every):
            yield self.failed(resource, summary, citations(broken, walk), fix)
        else:
            yield self.warned(resource, summary, citations(refused, walk), fix)


def _concerns(request: RequestLog, walk: Walk) -> bool:
    """Whether a request can have taken the route that was asked for; any can where none was."""
    own = walk.own_route
    if not walk.request.path or own is None or not request.resource_path:
        return True
    return matching_route(walk.routes, request.resource_path, request.http_method) == own


def _summary(refused: list[RequestLog], every: list[RequestLog], named: list[str]) -> str:
    values = {
        "count": len(refused),
        "total": len(every),
        "kinds": _listed(named),
        "others": others(every, NOT_THE_LINK),
    }
    routes = list(dict.fromkeys(f"{x.http_method or ''} {x.resource_path}".strip() for x in refused if x.resource_path))
    if routes:
        return _(
            "{count} of {total} failing request(s) never met the VPC link, which is not at fault for them: {kinds} "
            "failed them on {routes}{others}.",
            routes=", ".join(routes[:_SHOWN_ROUTES]),
            **values,
        )
    return _(
        "{count} of {total} failing request(s) never met the VPC link, which is not at fault for them: {kinds} "
        "failed them{others}.",
        **values,
    )


def _listed(kinds: list[str]) -> str:
    """One or two kinds, in words."""
    first, *rest = [_(kind) for kind in kinds]
    return _("{one} and {other}", one=first, other=rest[0]) if rest else first


def _kinds(requests: list[RequestLog]) -> list[str]:
    counted = Counter(_kind(telling_line(request)) for request in requests)
    return [kind for kind, _count in counted.most_common(2)]


def _kind(line: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(line)), _OTHER)


def _fix(api: Api, stage: Stage, named: list[str]) -> Fix:
    rest = api.protocol == "REST"
    authorizers = (
        f"aws apigateway{'' if rest else 'v2'} get-authorizers --{'rest-api-id' if rest else 'api-id'} {api.id}"
    )
    policy = f"aws apigateway get-rest-api --rest-api-id {api.id} --query policy"
    web_acl = f"aws wafv2 list-resources-for-web-acl --web-acl-arn {stage.web_acl_arn or 'WEB_ACL_ARN'}"
    commands = {
        _AUTHORIZER: authorizers,
        _WAF: web_acl + " --resource-type API_GATEWAY   # then its rules and sampled requests",
        _USAGE_PLAN: "aws apigateway get-usage-plans --query 'items[].[id,name,throttle,quota,apiStages]'",
        _POLICY: policy,
    }
    shown = f"aws apigateway get-stage --rest-api-id {api.id} --stage-name {quote(stage.name)}"
    return Fix(
        summary=_(
            "Repair {kinds}: the log line names it. Nothing behind the VPC link needs a change.", kinds=_listed(named)
        ),
        cli=tuple(commands[kind] for kind in named if kind in commands) or ((shown,) if rest else ()),
        console=_("API Gateway › your API › Authorizers, Resource policy; Stages › your stage › Web ACL; Usage plans."),
        steps=(
            _("Authorizer: read its function's own log, and whether API Gateway may call it (lambda:InvokeFunction)."),
            _("Resource policy, WAF, usage plan: see which rule or key refused the request."),
            _("Role: its trust must name apigateway.amazonaws.com."),
        ),
    )
