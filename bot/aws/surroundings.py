"""What stands around a path: Cloud Map, service quotas, AWS Health, CloudTrail."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.aws.reader import Context
from bot.diagnosis import resources as r
from bot.diagnosis.evidence import Absent

CHANGES_BEFORE = timedelta(hours=24)


def cloud_map(context: Context, service_arn: str) -> tuple[r.CloudMapInstance, ...]:
    """Read the instances of a Cloud Map service."""
    service_id = service_arn.rpartition("/")[2]
    pages = context.calls.pages("servicediscovery", "list_instances", ServiceId=service_id)
    return tuple(
        r.CloudMapInstance(id=item.get("Id"), attributes=item.get("Attributes"))
        for page in pages
        for item in page.get("Instances") or []
    )


def quota(context: Context, code: str) -> r.Quota | Absent:
    """Read one quota of API Gateway."""
    reply = context.calls.call("service-quotas", "get_service_quota", ServiceCode="apigateway", QuotaCode=code)
    item = reply.get("Quota") or {}
    return r.Quota(code=code, value=item.get("Value") or 0.0) if item else Absent()


def service_events(context: Context, _key: str) -> tuple[r.ServiceEvent, ...]:
    """Read the open health events of the services on a path. The API answers only with a Business support plan."""
    pages = context.calls.pages(
        "health",
        "describe_events",
        most=2,
        filter={
            "regions": [context.request.region],
            "services": ["APIGATEWAY", "ELASTICLOADBALANCING", "VPC", "EC2"],
            "eventStatusCodes": ["open"],
        },
    )
    return tuple(
        r.ServiceEvent(
            arn=item.get("arn"),
            service=item.get("service"),
            type_code=item.get("eventTypeCode"),
            status=item.get("statusCode"),
            started=item.get("startTime"),
        )
        for page in pages
        for item in page.get("events") or []
    )


def changes(context: Context, resource: str) -> tuple[r.Change, ...]:
    """Read who changed a resource in the day before this run: one page, writes only."""
    pages = context.calls.pages(
        "cloudtrail",
        "lookup_events",
        most=1,
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": resource}],
        StartTime=context.at - CHANGES_BEFORE - timedelta(minutes=context.request.since_minutes),
        EndTime=context.at,
    )
    events = [item for page in pages for item in page.get("Events") or [] if item.get("ReadOnly") != "true"]
    return tuple(
        r.Change(
            at=item["EventTime"],
            call=f"{(item.get('EventSource') or '').partition('.')[0]}:{item.get('EventName')}",
            principal=item.get("Username"),
            resource=resource,
            event_id=item.get("EventId"),
            error=_error(item.get("CloudTrailEvent") or ""),
        )
        for item in events
    )


def _error(document: str) -> str:
    """Return the error code of a call that AWS refused: it changed nothing."""
    try:
        parsed = json.loads(document) if document else {}
    except ValueError:
        return ""
    return str(parsed.get("errorCode") or "") if isinstance(parsed, dict) else ""
