"""AWS Health (health 2016-08-04). It answers only where the support plan includes it."""

from __future__ import annotations

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none


@operation("health", "DescribeEvents")
def describe_events(call: Call) -> Answer:
    """Events of services and regions. A world without a ``health-event`` list has no support plan for it."""
    if "health-event" not in call.region.resources:
        text = "The account needs a Business or Enterprise support plan to use the AWS Health API."
        raise AwsError("SubscriptionRequiredException", text)
    wanted = call.get("filter", {})
    found = [
        event
        for event in call.region.all("health-event")
        if event["service"] in wanted.get("services", [event["service"]])
        and event["region"] in wanted.get("regions", [event["region"]])
        and event["statusCode"] in wanted.get("eventStatusCodes", [event["statusCode"]])
    ]
    bad = AwsError("InvalidPaginationToken", "Invalid token.")
    events, token = page(found, call.get("nextToken"), int(call.get("maxResults", 10)), bad)
    return without_none(events=events, nextToken=token)
