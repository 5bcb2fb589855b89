import json

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.model import GapReason
from bot.diagnosis.resources import AccessLog
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["LOG-05"]
STAGE = f"{w.API}/{w.STAGE}"
ARN = f"arn:aws:logs:{w.REGION}:{w.ACCOUNT}:log-group:{wr.ACCESS_GROUP}"
FIREHOSE = f"arn:aws:firehose:{w.REGION}:{w.ACCOUNT}:deliverystream/amazon-apigateway-orders"
REST_REASON = '{"id":"$context.requestId","why":"$context.integration.error"}'
NO_REASON = '{"id":"$context.requestId","status":"$context.status"}'


def http(log):
    evidence = v2.http_api()
    stage = evidence.get(s.STAGE, wr.HTTP_STAGE).model_copy(update={"access_log": log})
    return w.changed(s.STAGE, wr.HTTP_STAGE, stage, evidence)


def log(log_format, arn=ARN):
    return AccessLog(destination_arn=arn, format=log_format)


def rest(log_format, arn=ARN):
    return wl.with_stage(access_log=log(log_format, arn))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.STAGE, wl.STAGE_KEY), [("not-applicable", "orders")], id="nothing there: no stage"),
        pytest.param(w.healthy(), [("not-applicable", STAGE)], id="REST without an access log"),
        pytest.param(v2.http_api(), [("pass", STAGE)], id="HTTP API whose log tells the reason"),
        pytest.param(http(log('{"why":"$context.integration.error"}')), [("pass", STAGE)], id="… by its other name"),
        pytest.param(http(None), [("warn", STAGE)], id="HTTP API without a log is blind"),
        pytest.param(http(log(NO_REASON)), [("warn", STAGE)], id="HTTP API without the reason"),
        pytest.param(http(log("$context.integrationErrorMessages")), [("warn", STAGE)], id="nearly the name"),
        pytest.param(rest(REST_REASON), [("pass", STAGE)], id="REST with the reason"),
        pytest.param(rest(NO_REASON), [("warn", STAGE)], id="REST without it"),
        pytest.param(rest(REST_REASON, FIREHOSE), [("unknown", STAGE)], id="a stream cannot be searched"),
        pytest.param(w.denied(s.STAGE), [("unknown", "orders")], id="stage not readable"),
        pytest.param(
            w.changed(s.ACCESS_LOG, wr.ACCESS_GROUP, wr.gap(s.ACCESS_LOG, GapReason.NOT_FOUND), v2.http_api()),
            [("warn", STAGE)],
            id="the log group does not exist",
        ),
        pytest.param(w.denied(s.ACCESS_LOG, v2.http_api()), [("pass", STAGE)], id="a log that only we may not read"),
    ],
)
def test_access_log_without_reason(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.STAGE)) == {"apigateway:GET"}


def test_it_is_context_and_says_what_else_would_help():
    assert CHECK.role is Role.CONTEXT
    (finding,) = w.findings(CHECK, rest(REST_REASON))
    assert "$context.extendedRequestId" in finding.summary
    assert "$context.integration.status" in finding.summary
    assert "$context.requestId" not in finding.summary


@pytest.mark.parametrize(
    ("present", "added"),
    [
        pytest.param(NO_REASON, ', "integration_error": "$context.integration.error"', id="JSON gets further keys"),
        pytest.param('{"status":$context.status}', ', "integration_error": "', id="an object that is not yet JSON"),
        pytest.param("$context.requestId", " $context.integration.error ", id="other text, at its end"),
    ],
)
def test_the_fix_completes_the_stages_own_format(present, added):
    (finding,) = w.findings(CHECK, rest(present))
    healed = CHECK.repair(finding, w.Walk(rest(present))).get(s.STAGE, wl.STAGE_KEY).access_log.format
    assert healed.startswith(present.rstrip("}"))
    assert added in healed
    assert healed.count("}") == present.count("}")


def test_a_completed_json_format_is_json():
    evidence = rest(NO_REASON)
    (finding,) = w.findings(CHECK, evidence)
    healed = CHECK.repair(finding, w.Walk(evidence)).get(s.STAGE, wl.STAGE_KEY).access_log.format
    assert json.loads(healed)["integration_error"] == "$context.integration.error"


def test_the_commands_are_real():
    (finding,) = w.findings(CHECK, http(None))
    create, update = finding.fix.cli
    assert create == f"aws logs create-log-group --log-group-name /aws/apigateway/{w.API}/prod"
    settings = json.loads(update.partition("--access-log-settings ")[2].strip("'"))
    assert settings["DestinationArn"].endswith(f":log-group:/aws/apigateway/{w.API}/prod")
    assert "$context.integrationErrorMessage" in settings["Format"]
    (finding,) = w.findings(CHECK, rest(NO_REASON))
    (patch,) = json.loads(finding.fix.cli[0].partition("--patch-operations ")[2].strip("'"))
    assert (patch["op"], patch["path"]) == ("replace", "/accessLogSettings/format")


@pytest.mark.parametrize(
    "evidence", [http(None), http(log(NO_REASON)), rest("$context.status")], ids=["none", "http", "rest"]
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", STAGE)]
