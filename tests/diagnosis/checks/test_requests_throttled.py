import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.resources import LoggingAccount, MethodSetting
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["THR-01"]
STAGE = f"{w.API}/{w.STAGE}"


def limited(evidence=None, **settings):
    """Settings by key; a key's slashes are written as double underscores, `all` is every method."""
    found = {key.replace("all", "*/*").replace("__", "/"): value for key, value in settings.items()}
    return wl.with_stage(evidence, method_settings=found)


def limit(rate=None, burst=None):
    return MethodSetting(logging_level="INFO", throttling_rate=rate, throttling_burst=burst)


def http_limited(**settings):
    evidence = v2.http_api()
    stage = evidence.get(s.STAGE, wr.HTTP_STAGE).model_copy(update={"method_settings": settings})
    return w.changed(s.STAGE, wr.HTTP_STAGE, stage, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", STAGE)], id="no limit set"),
        pytest.param(limited(all=limit(10_000, 5_000)), [("pass", STAGE)], id="usual limits"),
        pytest.param(limited(all=limit(0, 5_000)), [("warn", STAGE)], id="rate 0 for all"),
        pytest.param(limited(all=limit(100, 0)), [("warn", STAGE)], id="burst 0 for all"),
        pytest.param(
            limited(wr.two_paths(), all=limit(0, 0), orders__GET=limit(9, 9), stock__GET=limit(9, 9)),
            [("pass", STAGE)],
            id="the methods' own limits count",
        ),
        pytest.param(limited(wr.two_paths(), stock__GET=limit(0, 0)), [("warn", STAGE)], id="one method's own"),
        pytest.param(limited(wr.two_paths(), stock__POST=limit(0, 0)), [("pass", STAGE)], id="another method's"),
        pytest.param(limited(wr.two_paths(), report__GET=limit(0, 0)), [("pass", STAGE)], id="a function's method"),
        pytest.param(http_limited(**{"*/*": limit(0.0, 0)}), [("warn", STAGE)], id="HTTP API: defaults of 0"),
        pytest.param(http_limited(**{"ANY /{proxy+}": limit(0, 0)}), [("warn", STAGE)], id="HTTP API: a route's own"),
        pytest.param(wr.access(wr.line(1, 429), wr.line(2, 200)), [("warn", STAGE)], id="429 in the access log"),
        pytest.param(
            wr.access(wr.line(1, 429), evidence=http_limited(**{"*/*": limit(0, 0)})),
            [("warn", STAGE), ("warn", STAGE)],
            id="several: limit and log",
        ),
        pytest.param(w.denied(s.STAGE), [("unknown", "orders")], id="stage not readable"),
    ],
)
def test_requests_throttled(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.STAGE)) == {"apigateway:GET"}


def test_it_never_explains_a_500():
    assert CHECK.role is Role.CONTEXT
    assert report(limited(all=limit(0, 0))).verdict.state == "no-fault-found"


def test_it_says_429_and_the_accounts_limits():
    account = w.changed(s.LOGGING_ACCOUNT, "", LoggingAccount(throttle_rate=10_000, throttle_burst=5_000))
    assert w.findings(CHECK, account)[0].summary.endswith("The account allows 10000 requests a second, 5000 at once.")
    (finding,) = w.findings(CHECK, limited(all=limit(0, 5)))
    assert "limits all methods to 0 requests" in finding.summary
    assert finding.citations[0].value == "rate 0.0, burst 5"


@pytest.mark.parametrize(
    ("evidence", "command"),
    [
        pytest.param(
            limited(wr.two_paths(), stock__GET=limit(0, 0)), "path=/~1stock/GET/throttling/rateLimit", id="REST method"
        ),
        pytest.param(limited(all=limit(0, 0)), "path=/*/*/throttling/burstLimit,value=5000", id="REST, all"),
        pytest.param(
            http_limited(**{"*/*": limit(0, 0)}), "--default-route-settings ThrottlingRateLimit=10000", id="HTTP, all"
        ),
        pytest.param(
            http_limited(**{"ANY /{proxy+}": limit(0, 0)}), '{"ANY /{proxy+}": {"ThrottlingRateLimit"', id="HTTP route"
        ),
    ],
)
def test_the_fix_raises_the_limit(evidence, command):
    (finding,) = w.findings(CHECK, evidence)
    assert command in finding.fix.cli[0]


def test_the_fix_heals_the_model():
    evidence = limited(all=limit(0, 0))
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", STAGE)]
