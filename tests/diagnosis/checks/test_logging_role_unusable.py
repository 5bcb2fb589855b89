import json
import shlex

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role as CheckRole
from bot.diagnosis.checks import by_code
from bot.diagnosis.resources import LoggingAccount, MethodSetting, Role
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["LOG-03"]
ACCOUNT = "arn:aws:apigateway:eu-west-1::/account"
OWN_POLICY = f"arn:aws:iam::{w.ACCOUNT}:policy/AmazonAPIGatewayPushToCloudWatchLogs"

OFF = wl.with_stage(method_settings={"*/*": MethodSetting(logging_level="OFF")})
NO_ROLE = w.changed(s.LOGGING_ACCOUNT, "", LoggingAccount())
GONE = w.gone(s.ROLE, w.ROLE)
UNTRUSTED = w.changed(s.ROLE, w.ROLE, Role(arn=w.ROLE, trusted_services=("lambda.amazonaws.com",)))


def policies(*arns):
    return w.changed(s.ROLE_POLICIES, w.ROLE, arns)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.other_protocol("HTTP"), [("not-applicable", "orders")], id="nothing there: HTTP API"),
        pytest.param(
            w.changed(s.LOGGING_ACCOUNT, "", LoggingAccount(), OFF), [("not-applicable", "orders")], id="logging is off"
        ),
        pytest.param(w.healthy(), [("pass", w.ROLE)], id="trusted, with AWS's policy"),
        pytest.param(
            policies("arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"), [("pass", w.ROLE)], id="full access"
        ),
        pytest.param(NO_ROLE, [("fail", ACCOUNT)], id="no role set"),
        pytest.param(w.gone(s.LOGGING_ACCOUNT, ""), [("fail", ACCOUNT)], id="no settings at all"),
        pytest.param(GONE, [("fail", w.ROLE)], id="role deleted"),
        pytest.param(UNTRUSTED, [("fail", w.ROLE)], id="not trusted"),
        pytest.param(policies(), [("warn", w.ROLE)], id="no policy attached"),
        pytest.param(policies(OWN_POLICY), [("unknown", w.ROLE)], id="a policy of the account's own"),
        pytest.param(
            w.logged("Execution failed due to an internal error", evidence=policies(OWN_POLICY)),
            [("pass", w.ROLE)],
            id="the log is being written",
        ),
        pytest.param(w.denied(s.LOGGING_ACCOUNT), [("unknown", "orders")], id="not readable"),
    ],
)
def test_logging_role_unusable(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [
        (s.LOGGING_ACCOUNT, "apigateway:GET"),
        (s.ROLE, "iam:GetRole"),
        (s.ROLE_POLICIES, "iam:ListAttachedRolePolicies"),
    ],
    ids=["account", "role", "policies"],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source)) == {action}


def test_a_missing_role_is_decided_without_the_role_itself():
    assert w.judged(CHECK, w.denied(s.ROLE, w.denied(s.CALLER, NO_ROLE))) == [("fail", ACCOUNT)]


def test_it_is_never_a_cause():
    assert CHECK.role is CheckRole.CONTEXT


def test_a_wrong_trust_is_cited_and_repaired():
    (finding,) = w.findings(CHECK, UNTRUSTED)
    assert finding.summary == "The role api-gateway-logs does not let API Gateway assume it: nothing is logged."
    assert finding.citations[-1].value == "lambda.amazonaws.com"
    words = shlex.split(finding.fix.cli[0])
    assert words[:5] == ["aws", "iam", "update-assume-role-policy", "--role-name", "api-gateway-logs"]
    assert json.loads(words[-1])["Statement"][0]["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_a_missing_role_is_made_and_set():
    (finding,) = w.findings(CHECK, NO_ROLE)
    assert finding.fix.cli[1:] == (
        "aws iam attach-role-policy --role-name api-gateway-logs "
        "--policy-arn arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "aws apigateway update-account --patch-operations "
        f"op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::{w.ACCOUNT}:role/api-gateway-logs",
    )


@pytest.mark.parametrize("evidence", [NO_ROLE, GONE, UNTRUSTED, policies()], ids=["none", "deleted", "trust", "policy"])
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.ROLE)]
