"""Amazon EC2: the networking reads (ec2 2016-11-15). Most operations are a row of `ec2_table`."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable
from typing import Any

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import OPERATIONS, Answer, Call, operation, page, without_none
from bot.demo.aws.services.ec2_table import TABLE, Described
from bot.demo.aws.world import Resource

_MOST_WITHOUT_PAGING = 1000
_SMALLEST_PAGE = 5


def _values(resource: Any, path: list[str]) -> list[str]:
    """The values that a path reaches, as EC2 compares them: text, booleans in lower case."""
    if isinstance(resource, list):
        return [value for item in resource for value in _values(item, path)]
    if path:
        return _values(resource[path[0]], path[1:]) if isinstance(resource, dict) and path[0] in resource else []
    return [str(resource).lower() if isinstance(resource, bool) else str(resource)]


def _tested(row: Described, resource: Resource, name: str) -> list[str]:
    tags = resource.get("Tags") or resource.get("TagSet") or []
    if name.startswith("tag:"):
        return [tag["Value"] for tag in tags if tag["Key"] == name.removeprefix("tag:")]
    if name == "tag-key":
        return [tag["Key"] for tag in tags]
    path = row.path(name)
    if path is None:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return _values(resource, path)


def filtered(row: Described, resources: Iterable[Resource], filters: list[Resource]) -> list[Resource]:
    """The resources that match all filters; within one filter, any value will do. ``*`` and ``?`` are wildcards."""
    for each in filters:
        _tested(row, {}, each["Name"])  # an unknown filter is refused even where there is nothing to filter
    return [r for r in resources if all(_matches(row, r, f["Name"], f.get("Values", [])) for f in filters)]


def _matches(row: Described, resource: Resource, name: str, wanted: list[str]) -> bool:
    # Endpoint states are PendingAcceptance in the model and pendingAcceptance in filters.
    fold = str.lower if name.endswith("-state") else str
    found = _tested(row, resource, name)
    return any(fnmatch.fnmatchcase(fold(value), fold(pattern)) for value in found for pattern in wanted)


def _page(call: Call, name: str, items: list[Resource]) -> Answer:
    size = call.get("MaxResults")
    if size is not None and not _SMALLEST_PAGE <= int(size) <= _MOST_WITHOUT_PAGING:
        text = f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value from 5 to 1000."
        raise AwsError("InvalidParameterValue", text)
    bad = AwsError("InvalidNextToken", "The token is not valid")
    found, token = page(items, call.get("NextToken"), int(size or _MOST_WITHOUT_PAGING), bad)
    return without_none(**{name: found, "NextToken": token})


def _with_ids(row: Described, resources: list[Resource], ids: list[str]) -> list[Resource]:
    if not ids:
        return resources
    wanted = set(ids)
    found = [r for r in resources if r[row.id_field] in wanted]
    missing = wanted - {r[row.id_field] for r in found}
    if missing:
        raise AwsError(row.missing, f"The ID(s) '{', '.join(sorted(missing))}' do not exist")
    return found


def _selected(row: Described, call: Call) -> list[Resource]:
    ids = call.get(row.ids, []) if row.ids else []
    if ids and call.get("MaxResults") is not None:
        raise AwsError("InvalidParameterCombination", "The parameter maxResults cannot be used with a list of ids")
    found = _with_ids(row, call.region.all(row.kind), ids)
    # DescribeFlowLogs alone calls its filters "Filter".
    return filtered(row, found, call.get("Filters") or call.get("Filter", []))


def _describe(row: Described, call: Call) -> Answer:
    return _page(call, row.reply, _selected(row, call))


ROWS = {row.operation: row for row in TABLE}
OPERATIONS |= {("ec2", row.operation): functools.partial(_describe, row) for row in TABLE}


@operation("ec2", "DescribeInstances")
def describe_instances(call: Call) -> Answer:
    """Instances, each in a reservation of its own."""
    found = _selected(ROWS["DescribeInstances"], call)
    owner = call.region.account
    reservations = [
        {"ReservationId": "r-" + i["InstanceId"].removeprefix("i-"), "OwnerId": owner, "Groups": [], "Instances": [i]}
        for i in found
    ]
    return _page(call, "Reservations", reservations)


@operation("ec2", "DescribeInstanceStatus")
def describe_instance_status(call: Call) -> Answer:
    """Status checks; of running instances only, unless IncludeAllInstances is set."""
    found = _selected(ROWS["DescribeInstanceStatus"], call)
    if not call.get("IncludeAllInstances", default=False):
        found = [i for i in found if i["State"]["Name"] == "running"]
    return _page(call, "InstanceStatuses", [_status(i) for i in found])


def _status(instance: Resource) -> Resource:
    running = instance["State"]["Name"] == "running"
    ok = "passed" if running else "not-applicable"
    summary = {"Status": "ok" if running else "not-applicable", "Details": [{"Name": "reachability", "Status": ok}]}
    return {
        "InstanceId": instance["InstanceId"],
        "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
        "InstanceState": instance["State"],
        "SystemStatus": summary,
        "InstanceStatus": instance.get("InstanceStatus", summary),
    }


@operation("ec2", "DescribeVpcEndpointServicePermissions")
def describe_vpc_endpoint_service_permissions(call: Call) -> Answer:
    """Who may make endpoints to a service."""
    service = call.region.find("endpoint-service", ServiceId=call["ServiceId"])
    if service is None:
        text = f"The VpcEndpointService Id '{call['ServiceId']}' does not exist"
        raise AwsError("InvalidVpcEndpointServiceId.NotFound", text)
    return _page(call, "AllowedPrincipals", service["AllowedPrincipals"])


@operation("ec2", "GetManagedPrefixListEntries")
def get_managed_prefix_list_entries(call: Call) -> Answer:
    """The ranges of a prefix list."""
    found = call.region.find("prefix-list", PrefixListId=call["PrefixListId"])
    if found is None:
        raise AwsError("InvalidPrefixListID.NotFound", f"The prefix list ID '{call['PrefixListId']}' does not exist")
    return _page(call, "Entries", found["Entries"])
