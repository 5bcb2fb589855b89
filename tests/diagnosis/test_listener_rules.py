import pytest

from bot.diagnosis.listener_rules import Match, reachable_rules
from bot.diagnosis.resources import Rule


def rule(name: str, priority: str, **conditions: str) -> Rule:
    fields = {"host": "host-header", "path": "path-pattern", "source": "source-ip"}
    listed = [{"Field": fields[k], "Values": [v]} for k, v in conditions.items()]
    return Rule.model_validate(
        {"RuleArn": name, "Priority": priority, "IsDefault": priority == "default", "Conditions": listed}
    )


RULES = [
    rule("default", "default"),
    rule("admin", "10", path="/prod/admin/*"),
    rule("orders", "20", host="orders.example.com", path="/prod/*"),
    rule("any-host", "5", host="*.example.org"),
]


@pytest.mark.parametrize(
    ("host", "path", "reached"),
    [
        ("orders.example.com", "/prod/orders", ["orders"]),
        ("ORDERS.example.com", "/prod/orders", ["orders"]),
        ("orders.example.com", "/prod/admin/x", ["admin"]),
        ("orders.example.com", "/PROD/orders", ["default"]),
        ("other.example.com", "/x", ["default"]),
        ("a.example.org", "/x", ["any-host"]),
        ("orders.example.com", "/prod/{proxy}", ["admin", "orders"]),
        (None, "/prod/orders", ["any-host", "orders", "default"]),
        ("orders.example.com", None, ["admin", "orders", "default"]),
    ],
)
def test_rules_that_a_request_can_meet(host, path, reached):
    assert [r.rule_arn for r, _ in reachable_rules(RULES, host, path)] == reached


def test_a_condition_that_we_cannot_judge_may_hold():
    rules = [rule("by-source", "1", source="10.0.0.0/8"), rule("default", "default")]
    assert [(r.rule_arn, m) for r, m in reachable_rules(rules, "h", "/")] == [
        ("by-source", Match.MAYBE),
        ("default", Match.YES),
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "match"),
    [
        ("*", "/a/{id}", Match.YES),
        ("/a/*", "/a/{id}", Match.YES),
        ("/a/?", "/a/{id}", Match.MAYBE),
        ("/b/*", "/a/{id}", Match.NO),
        ("/a/b?c", "/a/bxc", Match.YES),
        ("/a/b.c", "/a/bxc", Match.NO),
    ],
)
def test_path_patterns(pattern, path, match):
    reached = {r.rule_arn: m for r, m in reachable_rules([rule("r", "1", path=pattern)], None, path)}
    assert reached.get("r", Match.NO) is match
