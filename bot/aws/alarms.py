"""What an alarm's message does not say: DescribeAlarms, which API a metric's dimension means, and what fails now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.aws.gateway import all_rest_apis
from bot.aws.gateway_v2 import all_http_apis
from bot.aws.reader import Context
from bot.diagnosis.metric_names import meant, metric_name
from bot.diagnosis.model import Gap, Request
from bot.diagnosis.resources import Api

ACTION = "cloudwatch:DescribeAlarms"
_TYPES = ["MetricAlarm", "CompositeAlarm"]
"""Without them AWS returns metric alarms alone (AWS: API_DescribeAlarms)."""
_RECENTLY = timedelta(minutes=15)
_MOST_SERIES = 500
"""Series of one GetMetricData (AWS: API_GetMetricData, MetricDataQueries)."""


class AlarmReader:
    """Reads in any region of the credentials' account. What does not succeed is a gap."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._connections: dict[str, Connection] = {}

    def alarms(self, region: str, names: Sequence[str]) -> list[dict[str, Any]] | Gap:
        """The alarms of these names (at most 100), as AWS describes them; none of a name is no failure."""
        try:
            pages = list(
                self._calls(region).pages(
                    "cloudwatch", "describe_alarms", AlarmNames=list(names), AlarmTypes=list(_TYPES)
                )
            )
        except Failure as failed:
            return _gap(failed, ", ".join(names))
        return [row for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for row in page.get(kind) or []]

    def apis(self, region: str, dimension: str) -> tuple[Api, ...] | Gap:
        """The APIs that a metric's ApiName or ApiId means."""
        context = Context(self._calls(region), Request(api=dimension, stage="", region=region), datetime.now(UTC))
        try:
            return meant(dimension, [*all_rest_apis(context), *all_http_apis(context)])
        except Failure as failed:
            return _gap(failed, dimension)

    def stages(self, region: str, api: Api) -> tuple[str, ...] | Gap:
        """The names of an API's stages."""
        calls = self._calls(region)
        try:
            return tuple(_rest_stages(calls, api.id) if api.protocol == "REST" else _http_stages(calls, api.id))
        except Failure as failed:
            return _gap(failed, api.name or api.id)

    def failing(self, region: str, stages: Sequence[tuple[Api, str]]) -> tuple[tuple[Api, str], ...] | Gap:
        """Those of these stages that have answered 5xx in the last quarter of an hour."""
        now = datetime.now(UTC)
        asked = {f"s{number}": pair for number, pair in enumerate(stages[:_MOST_SERIES])}
        try:
            pages = self._calls(region).pages(
                "cloudwatch",
                "get_metric_data",
                MetricDataQueries=[_failures(name, *pair) for name, pair in asked.items()],
                StartTime=(now - _RECENTLY).replace(second=0, microsecond=0),
                EndTime=now + timedelta(minutes=1),
            )
            results = [result for page in pages for result in page.get("MetricDataResults") or []]
        except Failure as failed:
            return _gap(failed, ", ".join(stage for _, stage in stages))
        names = {str(result.get("Id")) for result in results if any(value > 0 for value in result.get("Values") or [])}
        return tuple(pair for name, pair in asked.items() if name in names)

    def _calls(self, region: str) -> Calls:
        if region not in self._connections:
            self._connections[region] = Connection(self._session, region)
        return Calls(self._connections[region])


def _gap(failed: Failure, resource: str) -> Gap:
    return Gap(action=failed.action, resource=resource, reason=failed.reason, detail=failed.detail)


def _rest_stages(calls: Calls, api_id: str) -> list[str]:
    reply = calls.call("apigateway", "get_stages", restApiId=api_id)
    return [str(item["stageName"]) for item in reply.get("item") or []]


def _http_stages(calls: Calls, api_id: str) -> list[str]:
    reply = calls.call("apigatewayv2", "get_stages", ApiId=api_id)
    return [str(item["StageName"]) for item in reply.get("Items") or []]


def _failures(name: str, api: Api, stage: str) -> dict[str, Any]:
    """The query for how many requests of a stage were answered 5xx."""
    rest = api.protocol == "REST"
    pairs = {"ApiName": metric_name(api)} if rest else {"ApiId": api.id}
    dimensions = [{"Name": key, "Value": value} for key, value in {**pairs, "Stage": stage}.items()]
    metric = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "5XXError" if rest else "5xx",
        "Dimensions": dimensions,
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": True}
