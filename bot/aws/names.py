"""The names of APIs, stages and routes, for the menus of the picker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.aws.gateway import rest_routes
from bot.aws.gateway_v2 import http_routes
from bot.aws.reader import Context
from bot.diagnosis.model import Gap, Request
from bot.store.catalogue import NamedApi, Parts

MOST_APIS: Final = 5000
"""An account may have 600 regional REST APIs by default; with raised quotas a menu still needs no more than this."""
_PAGE: Final = 500


class NameLister:
    """Lists in any region and account that `connection` knows. What does not succeed is a gap."""

    def __init__(self, connection: Callable[[str | None, str], Connection]) -> None:
        self._connection = connection

    def apis(self, region: str, account: str | None) -> tuple[NamedApi, ...] | Gap:
        """Every REST, HTTP and WebSocket API of a region."""
        calls = self._calls(account, region)
        try:
            rest = [
                NamedApi(str(item["id"]), str(item.get("name") or ""), "REST")
                for page in calls.pages("apigateway", "get_rest_apis", limit=_PAGE, most=MOST_APIS // _PAGE)
                for item in page.get("items") or []
            ]
            http = [
                NamedApi(str(item["ApiId"]), str(item.get("Name") or ""), str(item.get("ProtocolType") or "HTTP"))
                for item in _items(calls, "get_apis")
            ]
        except Failure as failed:
            return Gap(action=failed.action, resource=region, reason=failed.reason, detail=failed.detail)
        return (*rest, *http)

    def parts(self, region: str, account: str | None, api_id: str) -> Parts | Gap:
        """The stages and routes of an API, of either kind."""
        calls = self._calls(account, region)
        context = Context(calls, Request(api=api_id, stage="", region=region), datetime.now(UTC))
        try:
            rest = calls.call("apigateway", "get_stages", restApiId=api_id)
            stages = [str(item["stageName"]) for item in rest.get("item") or []]
            return Parts(tuple(stages), tuple(f"{route.method} {route.path}" for route in rest_routes(context, api_id)))
        except Failure:
            pass  # no REST API has this id, or it cannot be read: the other kind tells
        try:
            stages = [str(item["StageName"]) for item in _items(calls, "get_stages", ApiId=api_id)]
            routes = [f"{route.method} {route.path}".strip() for route in http_routes(context, api_id)]
        except Failure as failed:
            return Gap(action=failed.action, resource=api_id, reason=failed.reason, detail=failed.detail)
        return Parts(tuple(stages), tuple(routes))

    def _calls(self, account: str | None, region: str) -> Calls:
        return Calls(self._connection(account, region))


def _items(calls: Calls, operation: str, **parameters: str) -> list[dict[str, object]]:
    """Every item of a listing; botocore has no paginator for several of this service's lists."""
    found: list[dict[str, object]] = []
    token: dict[str, str] = {}
    while len(found) < MOST_APIS:
        reply = calls.call("apigatewayv2", operation, MaxResults=str(_PAGE), **parameters, **token)
        found += reply.get("Items") or []
        if not reply.get("NextToken"):
            break
        token = {"NextToken": reply["NextToken"]}
    return found
