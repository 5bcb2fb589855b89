"""CloudTrail events: who changed what."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bot.demo.aws.world import Region, Resource


def make_trail_event(region: Region, event: str, minutes_ago: float, resource: str, **details: Any) -> Resource:
    """One management event by a deployer, about one resource. The service is told by the event's name."""
    source = "ec2" if event.endswith("EndpointConnections") else "apigateway"
    when = region.now - timedelta(minutes=minutes_ago)
    detail = {
        "eventVersion": "1.11",
        "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": event,
        "awsRegion": region.name,
        "requestParameters": details,
        "userIdentity": {"type": "IAMUser", "userName": "deployer", "accountId": region.account},
    }
    return region.add(
        "trail-event",
        {
            "EventId": region.identifier(event, resource, length=32),
            "EventName": event,
            "EventSource": detail["eventSource"],
            "EventTime": when,
            "Username": "deployer",
            "ReadOnly": "false",
            "Resources": [{"ResourceName": resource}],
            "CloudTrailEvent": json.dumps(detail),
        },
    )
