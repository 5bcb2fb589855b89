"""What an alarm's message does not say: DescribeAlarms, and an API's stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.aws.gateway import rest_apis
from bot.aws.gateway_v2 import http_apis
from bot.aws.reader import Context
from bot.diagnosis.model import Gap, Request

ACTION = "cloudwatch:DescribeAlarms"
_TYPES = ["MetricAlarm", "CompositeAlarm"]
"""Without them AWS returns metric alarms alone (AWS: API_DescribeAlarms)."""


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
            return Gap(action=failed.action, resource=", ".join(names), reason=failed.reason, detail=failed.detail)
        return [row for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for row in page.get(kind) or []]

    def stages(self, region: str, api: str) -> tuple[str, ...] | Gap:
        """The names of the stages of an API, given by name or id; of several APIs of one name, those of all."""
        calls = self._calls(region)
        context = Context(calls, Request(api=api, stage="", region=region), datetime.now(UTC))
        try:
            names = [_rest_stages(calls, found.id) for found in rest_apis(context, api).apis]
            names += [_http_stages(calls, found.id) for found in http_apis(context, api).apis]
        except Failure as failed:
            return Gap(action=failed.action, resource=api, reason=failed.reason, detail=failed.detail)
        return tuple(dict.fromkeys(name for each in names for name in each))

    def _calls(self, region: str) -> Calls:
        if region not in self._connections:
            self._connections[region] = Connection(self._session, region)
        return Calls(self._connections[region])


def _rest_stages(calls: Calls, api_id: str) -> list[str]:
    reply = calls.call("apigateway", "get_stages", restApiId=api_id)
    return [str(item["stageName"]) for item in reply.get("item") or []]


def _http_stages(calls: Calls, api_id: str) -> list[str]:
    reply = calls.call("apigatewayv2", "get_stages", ApiId=api_id)
    return [str(item["StageName"]) for item in reply.get("Items") or []]
