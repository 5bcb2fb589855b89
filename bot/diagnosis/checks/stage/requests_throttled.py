"""THR-01: requests are throttled; the client sees 429, and the VPC link is not at fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote

from bot.diagnosis.access_log import access_requests
from bot.diagnosis.check import Check, Role
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import route_name
from bot.diagnosis.method_settings import ALL_METHODS, patch_path, settings_code
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.path_requests import citations
from bot.diagnosis.request_log import RequestLog
from bot.diagnosis.resources import Api, LoggingAccount, MethodSetting, Route, Stage
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, LOGGING_ACCOUNT, ROUTES, STAGE
from bot.language import _

_THROTTLED = 429
_PROPOSED_RATE, _PROPOSED_BURST = 10_000, 5_000


class RequestsThrottled(Check[Stage]):
    """Requests are throttled: the client sees 429, not 500, and the VPC link is not at fault.

    Why: the account, a stage, a method and a usage plan each limit the rate of requests. What exceeds it is answered
    with 429 before any integration is called. It counts as 4xx, and often stands beside a 500 in the same incident.
    How we decide: a rate or burst limit of 0 that covers a VPC-link method refuses every request and warns; so do
    requests that the log shows with 429. Otherwise it passes, with the account's limits. It never explains a 500.
    How to fix: raise the stage's or the method's limit, the usage plan's, or the account's quota.
    References: AWS: api-gateway-request-throttling, http-api-throttling, API reference MethodSetting.
    """

    code = "THR-01"
    title = "Requests are not throttled"
    hop = Hop.STAGE
    role = Role.CONTEXT
    needs = (STAGE, ROUTES, LOGGING_ACCOUNT, ACCESS_LOG, EXECUTION_LOG)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[Stage]:
        """The stage, where something on it goes through a VPC link."""
        stage = walk.stage
        if stage is None or (not walk.paths.items and not walk.paths.gaps):
            return Reached(())
        return Reached((stage,), walk.paths.gaps)

    def judge(self, subject: Stage, walk: Walk) -> Iterator[Finding]:
        """Judge the limits, then the log."""
        api = walk.api
        if api is None:
            return
        resource = f"{api.id}/{subject.name}"
        account = walk.evidence.get(LOGGING_ACCOUNT, "")
        closed = _closed(subject, walk)
        throttled = _throttled(subject, walk)
        if closed:
            summary = _(
                "Stage {stage} limits {methods} to 0 requests: API Gateway answers 429 itself, and never calls the VPC "
                "link.",
                stage=subject.name,
                methods=", ".join(_("all methods") if key == ALL_METHODS else key for key in closed),
            )
            cited = [self.cite(STAGE, resource, f"methodSettings[{key}]", _limits(closed[key])) for key in closed]
            yield self.warned(resource, summary, cited, _fix(api, subject, list(closed)))
        if throttled:
            summary = _(
                "{count} request(s) on stage {stage} were throttled (429) before the VPC link. That is no 500, and the "
                "link is not at fault.",
                count=len(throttled),
                stage=subject.name,
            )
            summary = f"{summary} {_account(account)}".strip()
            yield self.warned(resource, summary, citations(throttled, walk), _fix(api, subject, [ALL_METHODS]))
        if not closed and not throttled:
            summary = _("No limit of stage {stage} is 0, and no throttled request is logged.", stage=subject.name)
            yield self.passed(resource, f"{summary} {_account(account)}".strip())

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """No limit of the stage is 0 any more."""
        api, stage = walk.api, walk.stage
        if api is None or stage is None:
            return None
        unlimited = {"throttling_rate": None, "throttling_burst": None}
        settings = {
            key: setting.model_copy(update=unlimited) if _is_zero(setting) else setting
            for key, setting in stage.method_settings.items()
        }
        healed = stage.model_copy(update={"method_settings": settings})
        return walk.evidence.with_value(STAGE, stage_key(api, walk.request.stage), healed)


def _closed(stage: Stage, walk: Walk) -> dict[str, MethodSetting]:
    """The settings that refuse every request of a VPC-link method."""
    routes = [route for path in walk.paths.items for route in path.routes]
    decisive = {key for route in routes for key in _keys(route, stage.method_settings)}
    return {key: setting for key, setting in stage.method_settings.items() if key in decisive and _is_zero(setting)}


def _keys(route: Route, settings: Mapping[str, MethodSetting]) -> set[str]:
    """The settings that decide a method's limits: its own, else those of all methods; ANY has one for each verb."""
    path = route.path.lstrip("/")
    own = {route_name(route), f"{path}/{route.method}".lstrip("/")} & set(settings)
    if own:
        return own
    verbs = {key for key in settings if route.method == "ANY" and key.rpartition("/")[0] == path}
    return {ALL_METHODS, *verbs}


def _is_zero(setting: MethodSetting) -> bool:
    return setting.throttling_rate == 0 or setting.throttling_burst == 0


def _limits(setting: MethodSetting) -> str:
    return f"rate {setting.throttling_rate}, burst {setting.throttling_burst}"


def _throttled(stage: Stage, walk: Walk) -> tuple[RequestLog, ...]:
    log_format = stage.access_log.format if stage.access_log else ""
    accessed = [x for reading in walk.access_readings.items for x in access_requests(reading.events, log_format)]
    found = {x.request_id or str(x.at): x for x in (*accessed, *walk.failing) if x.method_status == _THROTTLED}
    return tuple(sorted(found.values(), key=lambda x: x.at, reverse=True))


def _account(account: LoggingAccount | None) -> str:
    if account is None or account.throttle_rate is None:
        return ""
    return _(
        "The account allows {rate} requests a second, {burst} at once.",
        rate=format(account.throttle_rate, "g"),
        burst=account.throttle_burst or 0,
    )


def _fix(api: Api, stage: Stage, keys: list[str]) -> Fix:
    rest = api.protocol == "REST"
    cloudformation, terraform = settings_code(
        api,
        stage,
        keys,
        {"ThrottlingRateLimit": _PROPOSED_RATE, "ThrottlingBurstLimit": _PROPOSED_BURST},
        {"throttling_rate_limit": _PROPOSED_RATE, "throttling_burst_limit": _PROPOSED_BURST},
    )
    return Fix(
        summary=_("Raise the limit that throttles: the stage's, the method's, the usage plan's or the account's."),
        cli=_commands_rest(api, stage, keys) if rest else _commands_http(api, stage, keys),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › Stages › your stage › Throttling.")
        if rest
        else _("API Gateway › Protect › Throttling."),
    )


def _commands_rest(api: Api, stage: Stage, keys: list[str]) -> tuple[str, ...]:
    limits = (("rateLimit", _PROPOSED_RATE), ("burstLimit", _PROPOSED_BURST))
    operations = " ".join(
        quote(f"op=replace,path={patch_path(key)}/throttling/{name},value={value}")
        for key in keys
        for name, value in limits
    )
    name = quote(stage.name)
    return (
        f"aws apigateway update-stage --rest-api-id {api.id} --stage-name {name} --patch-operations {operations}",
        "aws apigateway get-usage-plans --query 'items[].[id,name,throttle,quota]'",
    )


def _commands_http(api: Api, stage: Stage, keys: list[str]) -> tuple[str, ...]:
    command = f"aws apigatewayv2 update-stage --api-id {api.id} --stage-name {quote(stage.name)}"
    limits = f"ThrottlingRateLimit={_PROPOSED_RATE},ThrottlingBurstLimit={_PROPOSED_BURST}"
    both = f'"ThrottlingRateLimit": {_PROPOSED_RATE}, "ThrottlingBurstLimit": {_PROPOSED_BURST}'
    return tuple(
        f"{command} --default-route-settings {limits}"
        if key == ALL_METHODS
        else f"{command} --route-settings " + quote(f'{{"{key}": {{{both}}}}}')
        for key in keys
    )
