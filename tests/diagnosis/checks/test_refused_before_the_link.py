import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["POL-01"]
STAGE = f"{w.API}/{w.STAGE}"
REFUSED = (wr.AUTHORIZER, wr.ENDED)
FORBIDDEN = ("Execution failed due to configuration error: Authorizer error", "Method completed with status: 403")
LAMBDA = ("Execution failed due to configuration error: Invalid permissions on Lambda function", wr.ENDED)
ASSUME = "Execution failed due to configuration error: API Gateway does not have permission to assume the provided role"
ROLE = "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration."
LOST = (wr.TAKEN, wr.E1, wr.ENDED)


def asked(path, *requests):
    evidence = wr.two_paths(w.healthy(path=path, method="GET"))
    return wr.log(*requests, evidence=evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.STAGE, wl.STAGE_KEY), [("not-applicable", "orders")], id="nothing there: no stage"),
        pytest.param(w.healthy(), [("pass", STAGE)], id="nothing refused"),
        pytest.param(wr.log(LOST), [("pass", STAGE)], id="a failure of the link"),
        pytest.param(wr.log(wr.answered(500)), [("pass", STAGE)], id="the backend's own"),
        pytest.param(wr.log(REFUSED), [("fail", STAGE)], id="authorizer broken"),
        pytest.param(wr.log(REFUSED, LOST), [("fail", STAGE)], id="mixed: half of them"),
        pytest.param(wr.log(LOST, LOST, REFUSED), [("warn", STAGE)], id="mixed: a few"),
        pytest.param(wr.log(FORBIDDEN), [("warn", STAGE)], id="a 403 is no 500"),
        pytest.param(wr.log(REFUSED, LAMBDA), [("fail", STAGE)], id="several kinds, one finding"),
        pytest.param(
            asked("/orders", wr.at("/report", *LAMBDA)), [("pass", STAGE)], id="another method than the asked one"
        ),
        pytest.param(asked("/orders", wr.at("/orders", *REFUSED)), [("fail", STAGE)], id="the asked one"),
        pytest.param(asked("/orders", REFUSED), [("fail", STAGE)], id="refused before the log names the method"),
        pytest.param(
            wr.access(
                wr.line(
                    1,
                    500,
                    error=ROLE,
                )
            ),
            [("fail", STAGE)],
            id="HTTP API",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="log not readable"),
        pytest.param(wr.unlogged(v2.http_api()), [("unknown", STAGE)], id="no log at all"),
    ],
)
def test_refused_before_the_link(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.EXECUTION_LOG)) == {"logs:FilterLogEvents"}


def test_it_says_plainly_that_the_link_is_not_at_fault():
    (finding,) = w.findings(CHECK, wr.log(REFUSED, wr.at("/report", *LAMBDA), LOST))
    assert finding.summary == (
        "2 of 3 failing request(s) never met the VPC link, which is not at fault for them: an authorizer and a Lambda "
        "function failed them on GET /report; of the others, 1 shows E1."
    )
    assert finding.citations[0].value == wr.AUTHORIZER
    assert finding.fix.cli == (f"aws apigateway get-authorizers --rest-api-id {w.API}",)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Execution failed due to configuration error: Authorizer error", "an authorizer"),
        ("There was an error evaluating the AWS WAF rules associated with this API", "AWS WAF"),
        ("Usage Plan check failed due to an internal error", "a usage plan"),
        (LAMBDA[0], "a Lambda function"),
        (
            ASSUME,
            "an IAM permission",
        ),
        ("Unauthorized request: 6e1c1f0e", "a resource policy or missing credentials"),
    ],
)
def test_it_names_what_refused(line, kind):
    (finding,) = w.findings(CHECK, wr.log((line, wr.ENDED)))
    assert f"{kind} failed them" in finding.summary


def test_the_log_confirms_it():
    (cause,) = report(wr.log(REFUSED)).verdict.causes
    assert (cause.check, cause.confidence) == ("POL-01", "confirmed")
