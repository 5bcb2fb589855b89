"""From the facts of a draft to the alarm: which region, which API, and whether it matters here."""

from __future__ import annotations

import re
from typing import Final

from bot.alarms.dimensions import API_GATEWAY, api_of, cautions_of
from bot.alarms.draft import Context, Draft
from bot.alarms.model import Alarm, Api, Caution, Metric
from bot.alarms.names import arn_parts
from bot.alarms.regions import named_region
from bot.alarms.relevance import metric_relevance, relevance

_NO_DATA: Final = re.compile(r"no datapoints were received|missing datapoints? (?:was|were) treated as \[Breaching\]")


def conclude(draft: Draft, context: Context, relay: str) -> Alarm:
    """Return the alarm; what is not in the draft stays None."""
    parts = arn_parts(draft.arn)
    main = _main(draft.metrics)
    apis = _apis(draft.metrics)
    api = _common(apis)
    return Alarm(
        is_alarm=draft.is_alarm,
        state=draft.state,
        previous_state=draft.previous_state,
        latest_update=draft.latest_update,
        alarm_source=draft.source,
        alarm_name=draft.name,
        alarm_arn=parts[0] if parts and parts[1] else None,
        description=draft.description,
        reason=draft.reason,
        at=draft.at,
        account=(parts[2] if parts else None) or draft.account,
        region=_region(draft, context),
        kind=draft.kind,
        metrics=draft.metrics,
        namespace=main.namespace,
        metric=main.name,
        statistic=main.statistic,
        dimensions=main.dimensions,
        metric_account=main.account,
        api_name=api.name,
        api_id=api.id,
        stage=api.stage,
        resource_path=api.resource_path,
        method=api.method,
        apis=apis,
        children=draft.children,
        alarm_rule=draft.alarm_rule,
        relevant=relevance(draft.kind, draft.metrics) if draft.is_alarm else False,
        cautions=_cautions(draft),
        actions_suppressed=draft.actions_suppressed,
        relay=context.relay or relay,
        slack=context.slack,
    )


def _region(draft: Draft, context: Context) -> str | None:
    """Return the ARN's region, else the topic's, else a console link's, else the one shown by name: they can disagree,
    and only the first two are CloudWatch's own.
    """
    parts = arn_parts(draft.arn)
    return (parts[1] if parts else None) or context.topic_region or draft.link_region or named_region(draft.region)


def _main(metrics: tuple[Metric, ...]) -> Metric:
    """Return the metric that speaks for the alarm: a relevant one, else one of API Gateway, else the first."""
    relevant = (metric for metric in metrics if metric_relevance(metric))
    gateways = (metric for metric in metrics if metric.namespace == API_GATEWAY)
    known = (metric for metric in metrics if metric.name or metric.namespace)
    return next(relevant, None) or next(gateways, None) or next(known, None) or next(iter(metrics), Metric())


def _apis(metrics: tuple[Metric, ...]) -> tuple[Api, ...]:
    """Return the APIs of the relevant metrics, each once; if none is relevant, those of all."""
    relevant = [metric for metric in metrics if metric_relevance(metric)]
    found = [api for metric in relevant or metrics if (api := api_of(metric))]
    return tuple(dict.fromkeys(found))


def _common(apis: tuple[Api, ...]) -> Api:
    """Return what all the APIs have in common."""
    one = len({(api.name, api.id) for api in apis}) == 1
    stages, paths, methods = ({getattr(api, part) for api in apis} for part in ("stage", "resource_path", "method"))
    return Api(
        name=apis[0].name if one else None,
        id=apis[0].id if one else None,
        stage=stages.pop() if len(stages) == 1 else None,
        resource_path=paths.pop() if len(paths) == 1 else None,
        method=methods.pop() if len(methods) == 1 else None,
    )


def _cautions(draft: Draft) -> tuple[Caution, ...]:
    found = [caution for metric in draft.metrics for caution in cautions_of(metric)]
    if draft.state == "ALARM" and draft.reason and _NO_DATA.search(draft.reason):
        found.append(Caution.NO_DATA)
    return tuple(dict.fromkeys(found))
