"""LB-04: the listener leads to no target group that can serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.diagnosis.check import Check
from bot.diagnosis.checks.listener.listener_code import forward_action, forward_block, listener_as_code
from bot.diagnosis.checks.listener.tls_end import named
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.listener_rules import reachable_rules
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED
from bot.diagnosis.resources import Action, ForwardConfig, Listener, Rule, WeightedTargetGroup
from bot.diagnosis.snippets import change_cloudformation, change_terraform
from bot.diagnosis.sources import LISTENER, LISTENERS, RULES, TARGET_GROUP, Source
from bot.language import _

_ANSWERS_ITSELF = frozenset({"fixed-response", "redirect"})
_DEMANDS_LOGIN = frozenset({"authenticate-oidc", "authenticate-cognito"})
_KNOWN = _ANSWERS_ITSELF | _DEMANDS_LOGIN | {"forward", "jwt-validation"}


@dataclass(frozen=True)
class _Choice:
    """What the listener can do with a request: the actions of one rule, or the default ones."""

    actions: tuple[Action, ...]
    rule: Rule | None = None

    @property
    def priority(self) -> str:
        """The priority of its rule; empty for the default action."""
        return "" if self.rule is None or self.rule.is_default else self.rule.priority

    @property
    def groups(self) -> Mapping[str, int]:
        return {arn: weight for action in self.actions for arn, weight in action.groups.items()}

    def has(self, types: frozenset[str]) -> bool:
        return any(action.type in types for action in self.actions)


class ListenerLeadsNowhere(Check[ListenerHop]):
    """The listener leads to no target group that can serve.

    Why: a listener hands a request to the target groups of its forward action. Without such an action, with weights
    of zero, or with target groups that are gone or attached to no load balancer, there is nobody to hand it to.
    How we decide: of an application load balancer's rules those count that a request of this path can meet, else the
    default action. No forward action, only weights of zero, or only unusable target groups fail; some unusable ones
    warn. A rule that answers by itself (fixed response, redirect) or demands a login warns where no other rule of the
    path forwards: the client then sees that answer, not HTTP 500. An action that we do not know is unknown.
    How to fix: forward to a target group of this load balancer, with a weight above zero.
    References: AWS: load-balancer-listeners (network); listener-rules (application); ELB API reference Action.
    """

    code = "LB-04"
    title = "The listener forwards to a target group that can serve"
    hop = Hop.LISTENER
    needs = (LISTENERS, LISTENER, RULES, TARGET_GROUP)
    # Without a usable target an application load balancer answers 502, 503 or 504 itself: a backend's 5xx in the log.
    signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    warning_signatures = frozenset({"E1", "E9", "E10", BACKEND_ANSWERED})
    explains = ("TG-01", "LBE-01", "TMO-01")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[ListenerHop]:
        """Every listener on the paths, also of an application load balancer behind a network load balancer."""
        return walk.listeners

    def judge(self, subject: ListenerHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the listener can do with the path's requests."""
        ways = _ways(subject)
        stuck = [way for way in ways if not _forwarding(way)]
        if stuck:
            yield self._stuck(subject, stuck[0], everything=len(stuck) == len(ways))
        if len(stuck) < len(ways):
            forwarding = {c.priority: c for way in ways for c in _forwarding(way)}
            yield self._forwards(subject, list(forwarding.values()))

    def _stuck(self, subject: ListenerHop, way: Sequence[_Choice], *, everything: bool) -> Finding:
        """Judge what happens to requests that no rule forwards."""
        arn = subject.listener.listener_arn
        strange = [a.type for c in way for a in c.actions if a.type not in _KNOWN]
        if strange:
            return self.undecided(
                arn,
                _(
                    "Listener {protocol} {port} of {balancer} does what we do not know: {listed}.",
                    **named(subject),
                    listed=", ".join(strange),
                ),
                subject=subject,
            )
        aside = next((c for c in way if c.has(_ANSWERS_ITSELF | _DEMANDS_LOGIN)), None)
        choice = aside or way[0]
        citations, fix = [self._cite(subject, choice)], _fix(subject, choice)
        if aside:
            answer, priority = _answer(aside.actions), aside.priority
            summary = _(
                "Listener {protocol} {port} of {balancer}: its default action {answer} instead of "
                "forwarding the request.",
                **named(subject),
                answer=answer,
            )
            if priority:
                summary = _(
                    "Listener {protocol} {port} of {balancer}: its rule {priority} {answer} instead of "
                    "forwarding the request.",
                    **named(subject),
                    priority=priority,
                    answer=answer,
                )
            return self.warned(arn, summary, citations, fix, subject=subject)
        summary = _(
            "Listener {protocol} {port} of {balancer} has no forward action in its default action: a "
            "request goes nowhere.",
            **named(subject),
        )
        if choice.priority:
            summary = _(
                "Listener {protocol} {port} of {balancer} has no forward action in its rule {priority}: "
                "a request goes nowhere.",
                **named(subject),
                priority=choice.priority,
            )
        if everything:
            return self.failed(arn, summary, citations, fix, subject=subject)
        return self.warned(arn, summary, citations, fix, subject=subject)

    def _forwards(self, subject: ListenerHop, forwarding: Sequence[_Choice]) -> Finding:
        """Judge the target groups that requests can be forwarded to."""
        arn = subject.listener.listener_arn
        dead = [c for c in forwarding if not any(c.groups.values())]
        used = {group for c in forwarding for group, weight in c.groups.items() if weight > 0}
        unusable = {group: why for group in sorted(used) if (why := self._unusable(subject, group))}
        broken = dead + [c for c in forwarding if c not in dead and _usable(c) <= unusable.keys()]
        if not broken and not unusable:
            names = ", ".join(_group_name(group) for group in sorted(used))
            return self.passed(
                arn,
                _("Listener {protocol} {port} of {balancer} forwards to {names}.", **named(subject), names=names),
                subject=subject,
            )
        first = broken[0] if broken else forwarding[0]
        said = [_weightless(choice) for choice in dead[:1]]
        said += [
            _("target group {group} {value}", group=_group_name(group), value=why.value)
            for group, why in unusable.items()
        ]
        reasons = "; ".join(said)
        citations = [self._cite(subject, choice) for choice in dead] + list(unusable.values())
        summary = _(
            "Listener {protocol} {port} of {balancer} leads nowhere: {reasons}.", **named(subject), reasons=reasons
        )
        if len(broken) == len(forwarding):
            return self.failed(arn, summary, citations, _fix(subject, first), subject=subject)
        summary = _(
            "Listener {protocol} {port} of {balancer} leads a part of the requests nowhere: {reasons}.",
            **named(subject),
            reasons=reasons,
        )
        return self.warned(arn, summary, citations, _fix(subject, first), subject=subject)

    def _unusable(self, subject: ListenerHop, group_arn: str) -> Citation | None:
        group = subject.evidence.get(TARGET_GROUP, group_arn)
        if group is None:
            return self.cite(TARGET_GROUP, group_arn, "TargetGroups", _("does not exist"))
        if not group.load_balancer_arns:
            return self.cite(TARGET_GROUP, group_arn, "LoadBalancerArns", _("is attached to no load balancer"))
        return None

    def _cite(self, subject: ListenerHop, choice: _Choice) -> Citation:
        groups = ", ".join(
            _("{group} weight {weight}", group=_group_name(arn), weight=weight) for arn, weight in choice.groups.items()
        )
        value = " ".join(a.type for a in choice.actions) or "none"
        value += f" ({groups})" if groups else ""
        if choice.rule is None:
            return self.cite(LISTENERS, subject.listener.listener_arn, "DefaultActions", value)
        return self.cite(RULES, choice.rule.rule_arn, "Actions", value)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """Every target group of the listener's forward actions has a weight; groups that are gone stay gone."""
        evidence = walk.evidence
        for hop in walk.listeners.items:
            if hop.listener.listener_arn == finding.resource:
                evidence = _weighted(evidence, hop)
        return evidence if evidence.reads != walk.evidence.reads else None


def _ways(hop: ListenerHop) -> tuple[tuple[_Choice, ...], ...]:
    """What the listener can do with requests, for each path of the backend: the rules that such a request can meet."""
    balancer = hop.balancer.balancer
    rules = hop.rules if balancer and balancer.type == "application" else ()
    default = (_Choice(hop.listener.default_actions),)
    if not rules:
        return (default,)
    met = [reachable_rules(rules, hop.path.host_header, path) for path in hop.backend_paths]
    return tuple(tuple(_Choice(rule.actions, rule) for rule, _ in way) or default for way in met)


def _forwarding(way: Sequence[_Choice]) -> list[_Choice]:
    return [choice for choice in way if choice.groups and not choice.has(_DEMANDS_LOGIN)]


def _usable(choice: _Choice) -> set[str]:
    return {group for group, weight in choice.groups.items() if weight > 0}


def _group_name(arn: str) -> str:
    parts = arn.partition(":targetgroup/")[2].split("/")
    return parts[0] or arn


def _weightless(choice: _Choice) -> str:
    if choice.priority:
        return _("every target group of its rule {priority} has weight 0", priority=choice.priority)
    return _("every target group of its default action has weight 0")


def _answer(actions: Sequence[Action]) -> str:
    fixed = next((a.fixed_response_config for a in actions if a.fixed_response_config), None)
    redirect = next((a.redirect_config for a in actions if a.redirect_config), None)
    if any(a.type in _DEMANDS_LOGIN for a in actions):
        return _("demands a login")
    if redirect:
        status = str(redirect.get("StatusCode", "")).removeprefix("HTTP_")
        return _("redirects ({status})", status=status or _("HTTP 301 or 302"))
    return (
        _("answers {status_code}", status_code=fixed.status_code)
        if fixed and fixed.status_code
        else _("answers by itself")
    )


def _weighted(evidence: Evidence, hop: ListenerHop) -> Evidence:
    arn = hop.listener.listener_arn
    listener = hop.listener.model_copy(update={"default_actions": tuple(map(_revived, hop.listener.default_actions))})
    if _is_known(evidence, LISTENERS, hop.balancer.arn):
        replaced = tuple(listener if x.listener_arn == arn else x for x in hop.balancer.listeners)
        evidence = evidence.with_value(LISTENERS, hop.balancer.arn, replaced)
    if _is_known(evidence, LISTENER, arn):
        evidence = evidence.with_value(LISTENER, arn, listener)
    if _is_known(evidence, RULES, arn):
        rules = tuple(x.model_copy(update={"actions": tuple(map(_revived, x.actions))}) for x in hop.rules)
        evidence = evidence.with_value(RULES, arn, rules)
    return evidence


def _is_known(evidence: Evidence, source: Source[Any], key: str) -> bool:
    return evidence.was_read(source, key) and not evidence.failed(source, key)


def _revived(action: Action) -> Action:
    if not action.groups or any(action.groups.values()):
        return action
    config = ForwardConfig(
        target_groups=tuple(WeightedTargetGroup(target_group_arn=g, weight=1) for g in action.groups)
    )
    return action.model_copy(update={"forward_config": config})


def _fix(hop: ListenerHop, choice: _Choice) -> Fix:
    group = next(iter(choice.groups), "TARGET_GROUP_ARN")
    action = f"Type=forward,TargetGroupArn={group}"
    listener: Listener = hop.listener
    if choice.rule is None or choice.rule.is_default:
        command = f"aws elbv2 modify-listener --listener-arn {listener.listener_arn} --default-actions {action}"
    else:
        command = f"aws elbv2 modify-rule --rule-arn {choice.rule.rule_arn} --actions {action}"
    summary = _("Let the listener's default action forward to a target group with registered targets.")
    properties, block = [forward_action(group)], forward_block(group)
    cloudformation, terraform = listener_as_code(listener, {"DefaultActions": properties}, {"default_action": block})
    if priority := choice.priority:
        name = f"rule {priority}"
        cloudformation = change_cloudformation(
            "AWS::ElasticLoadBalancingV2::ListenerRule", name, {"Actions": properties}
        )
        terraform = change_terraform("aws_lb_listener_rule", name, {"action": block})
        summary = _(
            "Let the listener's rule {priority} forward to a target group with registered targets.", priority=priority
        )
    return Fix(
        summary=summary,
        cli=(command,),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("EC2 › Load balancers › Listeners and rules › the listener › Edit."),
    )
