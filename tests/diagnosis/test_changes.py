"""What changed before the failure, and which cause it fits."""

from datetime import timedelta

from bot.diagnosis import sources as s
from bot.diagnosis.changes import MOST_LOOKUPS, resources_to_look_up
from bot.diagnosis.engine import report
from bot.diagnosis.resources import Change
from tests.diagnosis import worlds as w

FAILURE = "Execution failed due to configuration error: There was an internal error while executing your request"


def closed(*changes: Change):
    """The targets' group is closed, requests fail now, and CloudTrail holds these changes of the group."""
    world = w.logged(FAILURE, evidence=w.changed(s.SECURITY_GROUP, w.TARGET_SG, w.security_group(w.TARGET_SG)))
    return w.changed(s.CHANGES, w.TARGET_SG, changes, world)


def change(call: str, minutes: int, **more: str) -> Change:
    at = w.NOW - timedelta(minutes=minutes)
    return Change(at=at, call=call, principal="ada", resource=w.TARGET_SG, event_id=f"{call}{minutes}", **more)


def test_a_revoked_rule_is_tied_to_the_closed_group():
    (found,) = report(closed(change("ec2:RevokeSecurityGroupIngress", 9))).changes
    assert (found.call, found.principal, found.resource, found.fits) == (
        "ec2:RevokeSecurityGroupIngress",
        "ada",
        w.TARGET_SG,
        ("SG-03",),
    )


def test_newest_first_without_what_failed_or_came_after_the_failure():
    world = closed(
        change("ec2:CreateTags", 50),
        change("ec2:RevokeSecurityGroupIngress", 9),
        change("ec2:AuthorizeSecurityGroupIngress", 5, error="Client.UnauthorizedOperation"),
        change("ec2:AuthorizeSecurityGroupIngress", -3),
    )
    assert [(c.call, c.fits) for c in report(world).changes] == [
        ("ec2:RevokeSecurityGroupIngress", ("SG-03",)),
        ("ec2:CreateTags", ()),
    ]


def test_the_causes_resources_are_looked_up_first_and_not_many():
    names = resources_to_look_up(report(closed()))
    assert names[0] == w.TARGET_SG
    assert {w.API, w.LINK, w.NLB} <= set(names)
    assert len(names) <= MOST_LOOKUPS


def test_nothing_is_listed_where_nobody_looked():
    assert report(w.healthy()).changes == ()
