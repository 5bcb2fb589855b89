"""Evidence with other load balancers, listeners, target groups and log lines than the healthy one's."""

from __future__ import annotations

from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

SECOND_GROUP = w.GROUP.replace("orders-tg/bbbb", "orders-green/eeee")
ROUTES = f"REST/{w.API}"

ROUTE = "HTTP Method: GET, Resource Path: /{proxy+}"
E1 = "Execution failed due to configuration error: There was an internal error while executing your request"
E5 = "Execution failed due to an internal error"
E6 = "Execution failed due to configuration error: Invalid protocol version: HELLO"
E10 = "Execution failed due to configuration error: Network error communicating with endpoint"
E12_PLAIN = "Execution failed due to configuration error: Unrecognized SSL message, plaintext connection?"
E12_LEFT = "Execution failed due to configuration error: Remote host terminated the handshake"
E12_EXPIRED = "Execution failed due to configuration error: PKIX path validation failed: validity check failed"
COMPLETED = "Method completed with status: 500"


def failing(message: str, evidence: Evidence | None = None, *, route: str = ROUTE) -> Evidence:
    """… whose log holds one request that failed with this message."""
    return w.logged(*([route] if route else []), message, COMPLETED, evidence=evidence)


def with_balancer(evidence: Evidence | None = None, arn: str = w.NLB, **changes: Any) -> Evidence:
    evidence = evidence or w.healthy()
    found = evidence.get(s.LOAD_BALANCER, arn)
    return w.changed(s.LOAD_BALANCER, arn, found.model_copy(update=changes), evidence)


def with_group(evidence: Evidence | None = None, arn: str = w.GROUP, **changes: Any) -> Evidence:
    evidence = evidence or w.healthy()
    found = evidence.get(s.TARGET_GROUP, arn)
    return w.changed(s.TARGET_GROUP, arn, found.model_copy(update=changes), evidence)


def with_listener(evidence: Evidence | None = None, balancer: str = w.NLB, **changes: Any) -> Evidence:
    """… whose first listener differs, wherever it was read."""
    evidence = evidence or w.healthy()
    first, *rest = evidence.get(s.LISTENERS, balancer)
    changed = first.model_copy(update=changes)
    evidence = w.changed(s.LISTENERS, balancer, (changed, *rest), evidence)
    if evidence.was_read(s.LISTENER, first.listener_arn):
        evidence = w.changed(s.LISTENER, first.listener_arn, changed, evidence)
    return evidence


def with_uri(uri: str, evidence: Evidence | None = None, **changes: Any) -> Evidence:
    """… whose integration has this URI, as edited and as deployed."""
    evidence = evidence or w.healthy()
    route = evidence.get(s.ROUTES, ROUTES)[0]
    integration = route.integration.model_copy(update={"uri": uri, **changes})
    routes = (route.model_copy(update={"integration": integration}),)
    evidence = w.changed(s.DEPLOYED, f"REST/{w.API}/{w.STAGE}", routes, evidence)
    return w.changed(s.ROUTES, ROUTES, routes, evidence)


def with_attribute(
    source: s.Source[Any], key: str, name: str, value: str, evidence: Evidence | None = None
) -> Evidence:
    evidence = evidence or w.healthy()
    return w.changed(source, key, {**evidence.get(source, key), name: value}, evidence)


def two_groups(evidence: Evidence | None = None, **changes: Any) -> Evidence:
    """The listener of the healthy path shares its traffic between the group and a second one, which differs so."""
    evidence = evidence or w.healthy()
    listener = evidence.get(s.LISTENERS, w.NLB)[0]
    shared = r.ForwardConfig(
        target_groups=tuple(r.WeightedTargetGroup(target_group_arn=g, weight=1) for g in (w.GROUP, SECOND_GROUP))
    )
    forward = r.Action(type="forward", forward_config=shared)
    reads = {
        (s.LISTENERS.name, w.NLB): (listener.model_copy(update={"default_actions": (forward,)}),),
        (s.TARGET_GROUP.name, SECOND_GROUP): w.group(
            target_group_arn=SECOND_GROUP, target_group_name="orders-green", **changes
        ),
        (s.TARGET_HEALTH.name, SECOND_GROUP): evidence.get(s.TARGET_HEALTH, w.GROUP),
        (s.GROUP_ATTRIBUTES.name, SECOND_GROUP): evidence.get(s.GROUP_ATTRIBUTES, w.GROUP),
    }
    return evidence.with_reads(reads)


def health(*states: str, ids: tuple[str, ...] = w.TARGETS, **changes: Any) -> tuple[r.TargetHealthDescription, ...]:
    """One registered target for each `state reason`, in order; `changes` are about every target."""
    found = (w.target(t, *state.split()) for t, state in zip(ids, states, strict=False))
    return tuple(x.model_copy(update={"target": x.target.model_copy(update=changes)}) for x in found)


def with_health(*states: str, evidence: Evidence | None = None, arn: str = w.GROUP, **changes: Any) -> Evidence:
    return w.changed(s.TARGET_HEALTH, arn, health(*states, **changes), evidence)


def alb_rules(*rules: r.Rule, default: str = "404", evidence: Evidence | None = None) -> Evidence:
    """The ALB of `rest_v2` (or of other evidence) with these rules, and a fixed answer for what none takes."""
    evidence = evidence or v2.rest_v2()
    answer = r.Action(type="fixed-response", fixed_response_config=r.FixedResponse(status_code=default))
    last = r.Rule(rule_arn=f"{v2.ALB_LISTENER}/default", is_default=True, actions=(answer,))
    return w.changed(s.RULES, v2.ALB_LISTENER, (*rules, last), evidence)


def alb_rule(priority: str, *, host: str = "", path: str = "", header: str = "") -> r.Rule:
    """A rule that forwards to the ALB's group under these conditions."""
    conditions = []
    if host:
        conditions.append(r.RuleCondition(field="host-header", host_header_config=r.HostHeaderConfig(values=(host,))))
    if path:
        conditions.append(r.RuleCondition(field="path-pattern", path_pattern_config=r.HostHeaderConfig(values=(path,))))
    if header:
        conditions.append(r.RuleCondition(field="http-header"))
    return r.Rule(
        rule_arn=f"{v2.ALB_LISTENER}/rule{priority}",
        priority=priority,
        conditions=tuple(conditions),
        actions=(r.Action(type="forward", target_group_arn=v2.ALB_GROUP),),
    )
