"""Elastic Load Balancing v2 (elasticloadbalancing 2015-12-01)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, by_ids, operation, page
from bot.demo.aws.world import Kind, Resource

_PAGE = 400
_MOST_ARNS = 20  # AWS: API_DescribeLoadBalancers, API_DescribeTags


def listed(call: Call, name: str, items: Iterable[Resource]) -> Answer:
    """One page of a reply."""
    size = int(call.get("PageSize", _PAGE))
    if not 1 <= size <= _PAGE:
        raise AwsError("ValidationError", f"1 validation error detected: PageSize must be between 1 and {_PAGE}")
    bad = AwsError("ValidationError", "Invalid marker")
    found, marker = page(items, call.get("Marker"), size, bad)
    return {name: found} if marker is None else {name: found, "NextMarker": marker}


def missing(code: str, what: str, plural: str = "") -> Callable[[str], AwsError]:
    """What makes the refusal of an id that nobody has."""
    return lambda wanted: AwsError(code, f"{plural or 'One or more ' + what} '{wanted}' not found")


_NO_LOAD_BALANCER = missing("LoadBalancerNotFound", "load balancers", "Load balancers")
_NO_LISTENER = missing("ListenerNotFound", "listeners")
_NO_TARGET_GROUP = missing("TargetGroupNotFound", "target groups")
_NO_RULE = missing("RuleNotFound", "rules")


def _require(call: Call, kind: Kind, field: str, arn: str, refusal: Callable[[str], AwsError]) -> Resource:
    found = call.region.find(kind, **{field: arn})
    if found is None:
        raise refusal(arn)
    return found


@operation("elbv2", "DescribeLoadBalancers")
def describe_load_balancers(call: Call) -> Answer:
    """Load balancers by ARN, by name, or all of them by page."""
    arns, names = call.get("LoadBalancerArns", []), call.get("Names", [])
    if arns and names:
        raise AwsError(
            "ValidationError", "Load balancer names and load balancer ARNs cannot be specified at the same time"
        )
    if len(arns) > _MOST_ARNS or len(names) > _MOST_ARNS:
        raise AwsError("ValidationError", f"Up to {_MOST_ARNS} load balancers can be described in one call")
    found = call.region.all("load-balancer")
    if arns:
        found = by_ids(found, "LoadBalancerArn", arns, _NO_LOAD_BALANCER)
    elif names:
        found = by_ids(found, "LoadBalancerName", names, _NO_LOAD_BALANCER)
    return listed(call, "LoadBalancers", found)


@operation("elbv2", "DescribeListeners")
def describe_listeners(call: Call) -> Answer:
    """Listeners of a load balancer, or by ARN."""
    arns, balancer = call.get("ListenerArns", []), call.get("LoadBalancerArn")
    if bool(arns) == bool(balancer):
        raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
    if balancer:
        _require(call, "load-balancer", "LoadBalancerArn", balancer, _NO_LOAD_BALANCER)
        return listed(call, "Listeners", call.region.select("listener", LoadBalancerArn=balancer))
    return listed(call, "Listeners", by_ids(call.region.all("listener"), "ListenerArn", arns, _NO_LISTENER))


@operation("elbv2", "DescribeRules")
def describe_rules(call: Call) -> Answer:
    """Rules of a listener in the order of evaluation, or by ARN. The default rule is the listener's default action."""
    listener_arn, arns = call.get("ListenerArn"), call.get("RuleArns", [])
    if bool(arns) == bool(listener_arn):
        raise AwsError("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
    if arns:
        return listed(call, "Rules", by_ids(call.region.all("rule"), "RuleArn", arns, _NO_RULE))
    listener = _require(call, "listener", "ListenerArn", str(listener_arn), _NO_LISTENER)
    rules = sorted(call.region.select("rule", ListenerArn=listener_arn), key=lambda rule: int(rule["Priority"]))
    default = {
        "RuleArn": listener["ListenerArn"].replace(":listener/", ":listener-rule/") + "/0000000000000000",
        "Priority": "default",
        "Conditions": [],
        "Actions": listener["DefaultActions"],
        "IsDefault": True,
    }
    return listed(call, "Rules", [*rules, default])


@operation("elbv2", "DescribeTargetGroups")
def describe_target_groups(call: Call) -> Answer:
    """Target groups of a load balancer, by ARN, by name, or all."""
    arns, names, balancer = call.get("TargetGroupArns", []), call.get("Names", []), call.get("LoadBalancerArn")
    if sum(map(bool, (arns, names, balancer))) > 1:
        raise AwsError("ValidationError", "Specify one of: target group ARNs, names, a load balancer ARN")
    used_by = balancers_by_group(call)
    found = [{**g, "LoadBalancerArns": used_by.get(g["TargetGroupArn"], [])} for g in call.region.all("target-group")]
    if arns:
        found = by_ids(found, "TargetGroupArn", arns, _NO_TARGET_GROUP)
    elif names:
        found = by_ids(found, "TargetGroupName", names, _NO_TARGET_GROUP)
    elif balancer:
        _require(call, "load-balancer", "LoadBalancerArn", balancer, _NO_LOAD_BALANCER)
        found = [group for group in found if balancer in group["LoadBalancerArns"]]
    return listed(call, "TargetGroups", found)


def forwarded_groups(actions: Iterable[Resource]) -> list[str]:
    """The ARNs of the target groups that actions forward to."""
    found = []
    for action in actions:
        weighted = [g["TargetGroupArn"] for g in action.get("ForwardConfig", {}).get("TargetGroups", [])]
        found += weighted or ([action["TargetGroupArn"]] if "TargetGroupArn" in action else [])
    return found


def balancers_by_group(call: Call) -> dict[str, list[str]]:
    """For each target group, the load balancers whose listeners or rules forward to it: derived, as AWS does."""
    listeners = {each["ListenerArn"]: each for each in call.region.all("listener")}
    users = [(each["LoadBalancerArn"], each["DefaultActions"]) for each in listeners.values()]
    users += [(listeners[rule["ListenerArn"]]["LoadBalancerArn"], rule["Actions"]) for rule in call.region.all("rule")]
    found: dict[str, list[str]] = {}
    for balancer, actions in users:
        for group in forwarded_groups(actions):
            if balancer not in found.setdefault(group, []):
                found[group].append(balancer)
    return found


@operation("elbv2", "DescribeTargetHealth")
def describe_target_health(call: Call) -> Answer:
    """The health of all registered targets of a group, or of the named ones, in one reply."""
    group = _require(call, "target-group", "TargetGroupArn", call["TargetGroupArn"], _NO_TARGET_GROUP)
    wanted = call.get("Targets", [])
    if not wanted:
        return {"TargetHealthDescriptions": group["Targets"]}
    return {"TargetHealthDescriptions": [_health_of(group, target) for target in wanted]}


def _health_of(group: Resource, wanted: Resource) -> Resource:
    for known in group["Targets"]:
        target = known["Target"]
        if target["Id"] == wanted["Id"] and wanted.get("Port", target.get("Port")) == target.get("Port"):
            return dict(known)
    reason = {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered"}
    return {"Target": wanted, "TargetHealth": reason}


@operation("elbv2", "DescribeLoadBalancerAttributes")
def describe_load_balancer_attributes(call: Call) -> Answer:
    """The attributes of a load balancer."""
    found = _require(call, "load-balancer", "LoadBalancerArn", call["LoadBalancerArn"], _NO_LOAD_BALANCER)
    return {"Attributes": found["Attributes"]}


@operation("elbv2", "DescribeListenerAttributes")
def describe_listener_attributes(call: Call) -> Answer:
    """The attributes of a listener."""
    found = _require(call, "listener", "ListenerArn", call["ListenerArn"], _NO_LISTENER)
    return {"Attributes": found["Attributes"]}


@operation("elbv2", "DescribeTargetGroupAttributes")
def describe_target_group_attributes(call: Call) -> Answer:
    """The attributes of a target group."""
    found = _require(call, "target-group", "TargetGroupArn", call["TargetGroupArn"], _NO_TARGET_GROUP)
    return {"Attributes": found["Attributes"]}


@operation("elbv2", "DescribeListenerCertificates")
def describe_listener_certificates(call: Call) -> Answer:
    """The default certificate of a listener and those that it serves by SNI."""
    found = _require(call, "listener", "ListenerArn", call["ListenerArn"], _NO_LISTENER)
    default = [{**each, "IsDefault": True} for each in found.get("Certificates", [])]
    further = [{"CertificateArn": arn, "IsDefault": False} for arn in found.get("FurtherCertificates", [])]
    return listed(call, "Certificates", [*default, *further])


@operation("elbv2", "DescribeTags")
def describe_tags(call: Call) -> Answer:
    """The tags of up to 20 load balancers, listeners, rules or target groups."""
    arns = call["ResourceArns"]
    if len(arns) > _MOST_ARNS:
        raise AwsError("ValidationError", f"Up to {_MOST_ARNS} resources can be described in one call")
    described = []
    for arn in arns:
        kind, field, refusal = _kind_of(arn)
        tags = _require(call, kind, field, arn, refusal).get("Tags", [])
        described.append({"ResourceArn": arn, "Tags": tags})
    return {"TagDescriptions": described}


def _kind_of(arn: str) -> tuple[Kind, str, Callable[[str], AwsError]]:
    if ":targetgroup/" in arn:
        return "target-group", "TargetGroupArn", _NO_TARGET_GROUP
    if ":listener-rule/" in arn:
        return "rule", "RuleArn", _NO_RULE
    if ":listener/" in arn:
        return "listener", "ListenerArn", _NO_LISTENER
    return "load-balancer", "LoadBalancerArn", _NO_LOAD_BALANCER
