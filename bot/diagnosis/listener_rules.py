"""Which rules of a listener a request can meet.

Source: AWS: Elastic Load Balancing, "listener rules": rules are tried by priority, the default one last; all
conditions of a rule must hold. What we cannot know of the request (its headers, its source) may hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from bot.diagnosis.resources import Rule, RuleCondition


class Match(Enum):
    """Whether a rule takes the request."""

    NO = 0
    MAYBE = 1
    YES = 2


def reachable_rules(rules: Sequence[Rule], host: str | None, path: str | None) -> tuple[tuple[Rule, Match], ...]:
    """Return the rules that can take the request, by priority, up to the first one that certainly does.

    `host` or `path` None means not known. A path may hold parameters (`/orders/{id}`), whose text is not known.
    """
    reachable: list[tuple[Rule, Match]] = []
    for rule in sorted(rules, key=_order):
        match = _matches(rule, host, path)
        if match is not Match.NO:
            reachable.append((rule, match))
        if match is Match.YES:
            break
    return tuple(reachable)


def _order(rule: Rule) -> float:
    return float(rule.priority) if rule.priority.isdigit() else float("inf")


def _matches(rule: Rule, host: str | None, path: str | None) -> Match:
    if rule.is_default or not rule.conditions:
        return Match.YES
    return min((_holds(c, host, path) for c in rule.conditions), key=lambda m: m.value)


def _holds(condition: RuleCondition, host: str | None, path: str | None) -> Match:
    if condition.field == "host-header":
        config, text = condition.host_header_config, host.lower() if host else None
    elif condition.field == "path-pattern":
        config, text = condition.path_pattern_config, path
    else:
        return Match.MAYBE
    patterns = (config.values if config else ()) or condition.values
    if text is None or not patterns:
        return Match.MAYBE
    lowered = [p.lower() for p in patterns] if condition.field == "host-header" else list(patterns)
    return max((_pattern_takes(p, text) for p in lowered), key=lambda m: m.value)


def _pattern_takes(pattern: str, text: str) -> Match:
    known, parameter, _ = text.partition("{")
    if not parameter:
        regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
        return Match.YES if re.fullmatch(regex, text) else Match.NO
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    compatible = known.startswith(literal) or (literal.startswith(known))
    if not compatible:
        return Match.NO
    return Match.YES if pattern in {"*", "/*"} or (pattern.endswith("*") and known.startswith(literal)) else Match.MAYBE
