"""AWS Cloud Map (servicediscovery 2017-03-14). In AWS, DiscoverInstances has a host of its own, ``data-…``."""

from __future__ import annotations

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation, page, without_none
from bot.demo.aws.world import Resource


def _service(call: Call, identifier: str) -> Resource:
    found = call.region.find("cloud-map-service", Id=identifier.rsplit("/", 1)[-1])
    if found is None:
        raise AwsError("ServiceNotFound", "Service not found.", 404)
    return found


@operation("servicediscovery", "GetService")
def get_service(call: Call) -> Answer:
    """One Cloud Map service."""
    return {"Service": _service(call, call["Id"])}


@operation("servicediscovery", "GetNamespace")
def get_namespace(call: Call) -> Answer:
    """One namespace."""
    found = call.region.find("cloud-map-namespace", Id=call["Id"])
    if found is None:
        raise AwsError("NamespaceNotFound", "Namespace not found.", 404)
    return {"Namespace": found}


@operation("servicediscovery", "ListInstances")
def list_instances(call: Call) -> Answer:
    """The registered instances of a service, by page; their health is not told."""
    service = _service(call, call["ServiceId"])
    found = call.region.select("cloud-map-instance", ServiceId=service["Id"])
    bad = AwsError("InvalidInput", "Invalid token.")
    instances, token = page(found, call.get("NextToken"), int(call.get("MaxResults", 100)), bad)
    return without_none(ResourceOwner="SELF", Instances=instances, NextToken=token)


@operation("servicediscovery", "DiscoverInstances")
def discover_instances(call: Call) -> Answer:
    """The instances that a name leads to, by health."""
    namespace = call.region.find("cloud-map-namespace", Name=call["NamespaceName"])
    if namespace is None:
        raise AwsError("NamespaceNotFound", "Namespace not found.", 404)
    service = call.region.find("cloud-map-service", Name=call["ServiceName"], NamespaceId=namespace["Id"])
    if service is None:
        raise AwsError("ServiceNotFound", "Service not found.", 404)
    everyone = call.region.select("cloud-map-instance", ServiceId=service["Id"])
    healthy = [each for each in everyone if each["HealthStatus"] == "HEALTHY"]
    wanted = call.get("HealthStatus", "HEALTHY_OR_ELSE_ALL")
    chosen = {
        "ALL": everyone,
        "HEALTHY": healthy,
        "UNHEALTHY": [each for each in everyone if each["HealthStatus"] == "UNHEALTHY"],
        "HEALTHY_OR_ELSE_ALL": healthy or everyone,
    }[wanted]
    names = {"NamespaceName": namespace["Name"], "ServiceName": service["Name"]}
    instances = [{**each, **names, "InstanceId": each["Id"]} for each in chosen[: int(call.get("MaxResults", 100))]]
    return {"Instances": instances, "InstancesRevision": 1}
