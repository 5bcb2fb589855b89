import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.plan import stage_arn
from bot.diagnosis.resources import LogDelivery, LogGroup, MethodSetting
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["LOG-04"]
STAGE_ARN = stage_arn(w.ACCOUNT, w.REGION, w.API, w.STAGE)
LOGS = f"arn:aws:logs:{w.REGION}:{w.ACCOUNT}:log-group:/orders/execution:*"
BUCKET = "arn:aws:s3:::orders-logs"
STREAM = f"arn:aws:firehose:{w.REGION}:{w.ACCOUNT}:deliverystream/orders"
OFF = wl.with_stage(method_settings={"*/*": MethodSetting(logging_level="OFF")})


def group(name=w.LOG_GROUP, **changes):
    return LogGroup(log_group_name=name, **changes)


def groups(*found, evidence=None):
    return w.changed(s.LOG_GROUPS, w.LOG_GROUP, found, evidence)


def delivered(*destinations):
    found = tuple(
        LogDelivery(log_type="EXECUTION_LOGS", destination_type=kind, destination_arn=arn, output_format="json")
        for kind, arn in destinations
    )
    return w.changed(s.LOG_DELIVERIES, STAGE_ARN, found, groups())


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.other_protocol("HTTP"), [("not-applicable", "orders")], id="nothing there: HTTP API"),
        pytest.param(groups(evidence=OFF), [("not-applicable", w.LOG_GROUP)], id="logging off, no group"),
        pytest.param(w.healthy(), [("pass", w.LOG_GROUP)], id="kept 30 days"),
        pytest.param(groups(group()), [("pass", w.LOG_GROUP)], id="kept for ever"),
        pytest.param(groups(), [("warn", w.LOG_GROUP)], id="no group although logging is on"),
        pytest.param(groups(group(f"{w.LOG_GROUP}2")), [("warn", w.LOG_GROUP)], id="another stage's group is not ours"),
        pytest.param(groups(group(f"{w.LOG_GROUP}/Canary")), [("warn", w.LOG_GROUP)], id="the canary's is not enough"),
        pytest.param(
            groups(group(retention_in_days=1), evidence=w.healthy(since_minutes=1441)),
            [("warn", w.LOG_GROUP)],
            id="kept shorter than asked",
        ),
        pytest.param(
            groups(group(retention_in_days=1), evidence=w.healthy(since_minutes=1440)),
            [("pass", w.LOG_GROUP)],
            id="kept just as long as asked",
        ),
        pytest.param(
            groups(group(log_group_class="INFREQUENT_ACCESS")), [("warn", w.LOG_GROUP)], id="Infrequent Access class"
        ),
        pytest.param(groups(group(log_group_class="FROZEN")), [("unknown", w.LOG_GROUP)], id="a class we do not know"),
        pytest.param(delivered(("CWL", LOGS)), [("pass", LOGS)], id="delivered to CloudWatch Logs"),
        pytest.param(delivered(("S3", BUCKET)), [("unknown", BUCKET)], id="delivered to S3 only"),
        pytest.param(
            delivered(("S3", BUCKET), ("FH", STREAM)),
            [("unknown", BUCKET), ("unknown", STREAM)],
            id="several: two elsewhere",
        ),
        pytest.param(delivered(("S3", BUCKET), ("CWL", LOGS)), [("pass", LOGS)], id="several: one that is readable"),
        pytest.param(w.denied(s.LOG_DELIVERIES), [("unknown", STAGE_ARN)], id="deliveries not readable"),
        pytest.param(w.denied(s.LOG_GROUPS), [("unknown", w.LOG_GROUP)], id="groups not readable"),
    ],
)
def test_execution_log_out_of_reach(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [(s.LOG_DELIVERIES, "logs:DescribeDeliverySources"), (s.LOG_GROUPS, "logs:DescribeLogGroups")],
    ids=["deliveries", "groups"],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source)) == {action}


def test_it_is_never_a_cause():
    assert CHECK.role is Role.CONTEXT


def test_a_log_in_a_bucket_says_where():
    (finding,) = w.findings(CHECK, delivered(("S3", BUCKET)))
    assert finding.summary == (
        "The execution log is delivered to Amazon S3 (arn:aws:s3:::orders-logs), not to a log group: "
        "look for the failing request there."
    )


def test_the_group_of_the_canary_is_mentioned():
    (finding,) = w.findings(CHECK, groups(group(), group(f"{w.LOG_GROUP}/Canary")))
    assert finding.summary.endswith(f"The canary's requests are in {w.LOG_GROUP}/Canary too.")


def test_a_deleted_group_comes_back_with_a_deployment():
    (finding,) = w.findings(CHECK, groups())
    assert finding.fix.cli == ("aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name prod",)


def test_infrequent_access_is_searched_with_insights_in_seconds():
    (finding,) = w.findings(CHECK, groups(group(log_group_class="INFREQUENT_ACCESS")))
    assert "--start-time 1795313460 --end-time 1795317060 " in finding.fix.cli[0]


@pytest.mark.parametrize(("asked_days", "kept"), [(2, 30), (45, 60), (9999, 3653)])
def test_the_retention_fix_covers_the_window_as_far_as_cloudwatch_goes(asked_days, kept):
    evidence = groups(group(retention_in_days=1), evidence=w.healthy(since_minutes=asked_days * 1440))
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[0].endswith(f"--retention-in-days {kept}")


def test_the_fix_heals_the_model():
    evidence = groups(group(retention_in_days=1), evidence=w.healthy(since_minutes=2880))
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.LOG_GROUP)]
