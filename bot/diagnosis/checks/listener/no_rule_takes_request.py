"""LB-09: none of the listener's rules takes the request, and the default action answers with an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.listener_code import forward_action, forward_block
from bot.diagnosis.checks.listener.tls_end import named
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.listener_rules import reachable_rules
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import HostHeaderConfig, Rule, RuleCondition
from bot.diagnosis.snippets import Value, new_cloudformation, new_terraform
from bot.diagnosis.sources import LOAD_BALANCER, ROUTES, RULES
from bot.language import _


class NoRuleTakesRequest(Check[ListenerHop]):
    """None of the listener's rules takes the request, and its default action answers with an error.

    Why: an application load balancer chooses by host and path. It sees the host of the integration's URI and, with a
    VPC link of the second generation, a path that begins with the stage's name. Where no rule fits, its fixed default
    answer reaches the client: a 404 or 503 from the load balancer, which the backend never saw.
    How we decide: for the host and each path that the integration sends, rules are tried by priority. Only the default
    one left, with a fixed answer of 4xx or 5xx, warns: the client sees that answer, not HTTP 500. What we cannot
    know of a request (its headers, its parameters) may fit. A listener without rules of its own is LB-04's.
    How to fix: add a rule for the host or path, change the host in the URI, or take the stage's name off the path
    (REST: override `$context.requestOverride.path`; HTTP API: `overwrite:path` = `$request.path`).
    References: AWS: private-integration, http-api-develop-integrations-private; listener-rules (application).
    """

    code = "LB-09"
    title = "A rule of the listener takes the path's requests"
    hop = Hop.LISTENER
    needs = (LOAD_BALANCER, RULES, ROUTES)
    warning_signatures = frozenset({BACKEND_ANSWERED})
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener; only an application load balancer's has rules by host and path."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Try the rules for every path that the backend sees."""
        arn = subject.listener.listener_arn
        balancer = subject.balancer.balancer
        rules = subject.rules if balancer and balancer.type == "application" else ()
        if not any(rule.conditions and not rule.is_default for rule in rules):
            yield self.not_applicable(
                arn,
                _("Listener {protocol} {port} of {balancer} has no rules by host or path.", **named(subject)),
                subject=subject,
            )
            return
        lost = {path: answer for path in subject.backend_paths if (answer := _refused(subject, path))}
        if not lost:
            yield self.passed(
                arn,
                _("Listener {protocol} {port} of {balancer} has a rule for what this path sends.", **named(subject)),
                subject=subject,
            )
            return
        paths, answer = list(lost), next(iter(lost.values()))
        host = subject.path.host_header
        values = named(subject) | {"host": host or _("any host"), "paths": some(p for p in paths if p) or _("any")}
        summary = _(
            "Listener {protocol} {port} of {balancer} has no rule for {host} with path {paths}: it answers {status} by "
            "itself, and the client sees that.",
            **values,
            status=answer,
        )
        prefix = _prefix(subject)
        if prefix and _fits_without(subject, prefix, paths):
            summary = _(
                "Listener {protocol} {port} of {balancer} has no rule for {host} with path {paths}; API Gateway puts "
                "{prefix} in front of the path: it answers {status} by itself, and the client sees that.",
                **values,
                prefix=prefix,
                status=answer,
            )
        yield self.warned(arn, summary, self._citations(subject, answer), _fix(subject, paths), subject=subject)

    def _citations(self, hop: ListenerHop, answer: str) -> list[Citation]:
        default = next((rule for rule in hop.rules if rule.is_default), None)
        shown = [rule for rule in hop.rules if not rule.is_default][:4]
        conditions = [self.cite(RULES, rule.rule_arn, f"rule {rule.priority}", _conditions(rule)) for rule in shown]
        of = default.rule_arn if default else hop.listener.listener_arn
        return [self.cite(RULES, of, "default FixedResponseConfig.StatusCode", answer), *conditions]

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The listener has a rule for the host (or the paths) that forwards where its other rules do."""
        evidence = walk.evidence
        for hop in walk.listeners.items:
            forward = _forwarding(hop.rules)
            if hop.listener.listener_arn == finding.resource and forward:
                added = Rule(
                    rule_arn=f"{forward.rule_arn}-new",
                    priority=str(_last_priority(hop.rules)),
                    conditions=(_condition(hop, list(hop.backend_paths)),),
                    actions=forward.actions,
                )
                known = evidence.get(RULES, finding.resource) or ()
                evidence = evidence.with_value(RULES, finding.resource, (added, *known))
        return evidence if evidence.reads != walk.evidence.reads else None


def _refused(hop: ListenerHop, path: str | None) -> str:
    """Return the status of the fixed answer that a request with this path gets; empty where a rule may take it."""
    reached = reachable_rules(hop.rules, hop.path.host_header, path)
    if len(reached) != 1 or not reached[0][0].is_default:
        return ""
    fixed = [a.fixed_response_config.status_code for a in reached[0][0].actions if a.fixed_response_config]
    return fixed[0] if fixed and fixed[0][:1] in {"4", "5"} else ""


def _prefix(hop: ListenerHop) -> str:
    name, path = hop.path.stage.name, hop.path
    in_front = path.api.protocol == "HTTP" or bool(path.integration.target)
    return f"/{name}" if in_front and name != "$default" else ""


def _fits_without(hop: ListenerHop, prefix: str, paths: Sequence[str | None]) -> bool:
    """Whether a rule would take one of these paths if the stage's name did not stand in front."""
    bare = [p.removeprefix(prefix) or "/" for p in paths if p and p.startswith(prefix)]
    tried = [reachable_rules(hop.rules, hop.path.host_header, p) for p in bare]
    return any(not rule.is_default for reached in tried for rule, _ in reached)


def _conditions(rule: Rule) -> str:
    said = []
    for condition in rule.conditions:
        config = condition.host_header_config or condition.path_pattern_config
        said.append(f"{condition.field} {', '.join((config.values if config else ()) or condition.values)}".strip())
    return f" {_('and')} ".join(said)


def _forwarding(rules: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in rules if not rule.is_default and any(a.groups for a in rule.actions)), None)


def _last_priority(rules: Sequence[Rule]) -> int:
    """Return a priority after all others: the new rule takes only what no rule takes now."""
    return max((int(rule.priority) for rule in rules if rule.priority.isdigit()), default=0) + 1


def _condition(hop: ListenerHop, paths: Sequence[str | None]) -> RuleCondition:
    host, prefix = hop.path.host_header, _prefix(hop)
    if host and not (prefix and _fits_without(hop, prefix, paths)):
        return RuleCondition(field="host-header", host_header_config=HostHeaderConfig(values=(host,)))
    pattern = f"{prefix}/*" if prefix else "/*"
    return RuleCondition(field="path-pattern", path_pattern_config=HostHeaderConfig(values=(pattern,)))


def _rule_as_cloudformation(hop: ListenerHop, condition: RuleCondition, priority: int, group: str) -> str:
    config, values = condition.host_header_config, condition.path_pattern_config
    matched: dict[str, Value] = {"Field": condition.field}
    matched |= {"HostHeaderConfig": {"Values": config.values}} if config else {}
    matched |= {"PathPatternConfig": {"Values": values.values}} if values else {}
    properties: dict[str, Value] = {
        "ListenerArn": hop.listener.listener_arn,
        "Priority": priority,
        "Conditions": [matched],
        "Actions": [forward_action(group)],
    }
    return new_cloudformation("AWS::ElasticLoadBalancingV2::ListenerRule", f"rule {priority}", properties)


def _rule_as_terraform(hop: ListenerHop, condition: RuleCondition, priority: int, group: str) -> str:
    config = condition.host_header_config or condition.path_pattern_config
    attributes: dict[str, Value] = {
        "listener_arn": hop.listener.listener_arn,
        "priority": priority,
        "condition": {condition.field.replace("-", "_"): {"values": config.values if config else ()}},
        "action": forward_block(group),
    }
    return new_terraform("aws_lb_listener_rule", f"rule {priority}", attributes)


def _fix(hop: ListenerHop, paths: Sequence[str | None]) -> Fix:
    condition, rule = _condition(hop, paths), _forwarding(hop.rules)
    config = condition.host_header_config or condition.path_pattern_config
    value = config.values[0] if config else ""
    group = next((arn for a in rule.actions for arn in a.groups), "") if rule else ""
    path, priority = hop.path, _last_priority(hop.rules)
    cli = [
        f"aws elbv2 create-rule --listener-arn {hop.listener.listener_arn} --priority {_last_priority(hop.rules)} "
        f"--conditions {quote(f'Field={condition.field},Values={value}')} "
        f"--actions Type=forward,TargetGroupArn={group or 'TARGET_GROUP_ARN'}"
    ]
    steps = [_("Either add a rule for {field} {value}.", field=condition.field, value=value)]
    if path.api.protocol == "HTTP":
        update = f"aws apigatewayv2 update-integration --api-id {path.api.id} --integration-id {path.integration.id}"
        cli.append(f"{update} --request-parameters 'overwrite:path=$request.path'")
        steps.append(_("Or send the path without the stage's name: overwrite:path = $request.path."))
    elif _prefix(hop):
        steps.append(_("Or override $context.requestOverride.path in the integration request, and deploy."))
    if path.host_header:
        steps.append(_("Or put a host into the integration's URI that has a rule, and deploy."))
    return Fix(
        summary=_(
            "Add a rule for {field} {value} that forwards to the backend's target group.",
            field=condition.field,
            value=value,
        ),
        cli=tuple(cli),
        cloudformation=_rule_as_cloudformation(hop, condition, priority, group or "TARGET_GROUP_ARN"),
        terraform=_rule_as_terraform(hop, condition, priority, group or "TARGET_GROUP_ARN"),
        console=_("EC2 › Load balancers › Listeners and rules › the listener › Add rule."),
        steps=tuple(steps),
    )
