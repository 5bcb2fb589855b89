from dataclasses import replace

import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.engine import report as judge
from bot.diagnosis.model import Confidence, Hop, HopState, Request, State, Verdict
from bot.report import contexts as c
from bot.report.asking import decode_request, decode_rerun
from bot.report.difference import difference
from bot.report.outcome_view import Outcome, outcome_view
from bot.report.path_view import all_ways, path_view
from bot.report.wording import BEHIND
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls
from tests.handlers.bench import CHECKS, broken
from tests.report import samples


def shown(evidence, report=None, **changes):
    report = report or judge(evidence, CHECKS)
    return outcome_view(Outcome(report, evidence, samples.RUN, "U01ALICE", **changes))


def apis(*found: r.Api, near=()):
    evidence = w.healthy(api="ordres")
    evidence = w.changed(s.REST_APIS, "ordres", r.ApiMatches(apis=found, near=near), evidence)
    return w.changed(s.HTTP_APIS, "ordres", r.ApiMatches(), evidence)


TWINS = tuple(r.Api(id=id_, name="twins", protocol="REST") for id_ in ("aaaaaaaaaa", "bbbbbbbbbb"))


def route(path, method, connection_type="VPC_LINK", uri="http://orders.example.com"):
    integration = r.Integration(type="HTTP_PROXY", uri=uri, connection_type=connection_type, connection_id=w.LINK)
    return r.Route(resource_id="r", path=path, method=method, integration=integration)


def with_routes(*routes, **request):
    return w.changed(s.ROUTES, f"REST/{w.API}", routes, w.healthy(**request))


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        pytest.param(broken(), c.CauseFound, id="a cause"),
        pytest.param(w.healthy(), c.NoFaultFound, id="no fault"),
        pytest.param(w.denied(s.TARGET_HEALTH), c.Inconclusive, id="a gap in the way"),
        pytest.param(w.denied(s.STAGE), c.Inconclusive, id="the API itself not readable"),
    ],
)
def test_the_shape_of_an_outcome(evidence, kind):
    assert isinstance(shown(evidence), kind)


@pytest.mark.parametrize(
    ("evidence", "kind", "labels"),
    [
        pytest.param(apis(near=("orders", "orders-v2")), "api-unknown", ["orders", "orders-v2"], id="did you mean"),
        pytest.param(apis(), "api-unknown", [], id="nothing like it"),
        pytest.param(
            w.changed(
                s.STAGE,
                "REST/bbbbbbbbbb/prod",
                w.stage(),
                w.changed(s.STAGE, "REST/aaaaaaaaaa/prod", w.stage(), apis(*TWINS)),
            ),
            "api-ambiguous",
            ["twins · REST · aaaaaaaaaa", "twins · REST · bbbbbbbbbb"],
            id="two of one name",
        ),
        pytest.param(
            w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}", "dev, staging"),
            "stage-unknown",
            ["dev", "staging"],
            id="no such stage",
        ),
    ],
)
def test_a_request_that_leads_nowhere_asks_back(evidence, kind, labels):
    context = shown(evidence)
    assert isinstance(context, c.Question)
    assert context.kind == kind
    assert [choice.label for choice in context.choices] == labels


def test_a_choice_carries_the_whole_request():
    evidence = w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}", "dev", w.healthy(path="/v1", method="GET", since_minutes=30))
    (choice,) = shown(evidence).choices
    expected = Request(api="orders", stage="dev", path="/v1", method="GET", region=w.REGION, since_minutes=30)
    assert decode_request(choice.value) == expected


def test_more_choices_than_a_person_reads_are_counted():
    context = shown(apis(near=tuple(f"orders-{i}" for i in range(8))))
    assert (len(context.choices), context.more) == (5, 3)


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        pytest.param(with_routes(route("/v1", "GET"), path="/v2", method="GET"), "no-route", id="no such route"),
        pytest.param(
            with_routes(route("/v1", "GET"), route("/v2", "GET", "INTERNET"), path="/v2", method="GET"),
            "another-integration",
            id="another integration",
        ),
        pytest.param(with_routes(route("/v2", "GET", "INTERNET")), "no-vpc-link", id="no VPC link at all"),
    ],
)
def test_a_request_without_a_vpc_link_says_so(evidence, kind):
    context = shown(evidence)
    assert isinstance(context, c.NotThisPath)
    assert context.kind == kind


def test_the_key_facts_of_a_cause():
    context = shown(None, samples.report())
    assert context.headline == samples.SUMMARY
    assert context.confidence == "Confirmed"
    assert context.why == c.Why(
        c.Link(
            "sg-0target",
            "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0target",
        ),
        "IpPermissions",
        "tcp 22 from 10.0.0.0/8",
        "The log of failing requests shows it too (E1).",
    )
    assert context.forms == "command, CloudFormation, Terraform and console path"
    assert context.footer.calls == 24
    assert context.footer.seconds == "1.9"


def test_buttons_only_where_they_do_something():
    with_logs = shown(broken())
    assert decode_rerun(with_logs.buttons.rerun).request == w.request()
    assert with_logs.buttons.logs == samples.RUN
    assert shown(w.healthy()).buttons.logs == ""


def test_a_request_too_long_for_a_button_is_left_to_the_stored_run():
    evidence = w.healthy(path="/" + "x" * 3000)
    value = decode_rerun(shown(evidence, samples.healthy()).buttons.rerun)
    assert (value.run, value.request) == (samples.RUN, None)


@pytest.mark.parametrize(
    ("errors", "requests", "expected"),
    [
        pytest.param(
            ((3 * 60, 4), (2 * 60, 20)),
            ((3 * 60, 5), (2 * 60, 20)),
            "24 of 25 requests failed since 03:08 UTC",
            id="since",
        ),
        pytest.param(
            ((59 * 60, 1),), ((59 * 60, 1),), "1 of 1 request failed in the last 60 minutes", id="the whole window"
        ),
        pytest.param(
            ((3 * 60, 0),), ((3 * 60, 5),), "1 failing request in the log, the newest at 03:11 UTC", id="none counted"
        ),
        pytest.param((), (), "1 failing request in the log, the newest at 03:11 UTC", id="no data"),
    ],
)
def test_how_many_requests_failed(errors, requests, expected):
    def series(points):
        return r.Series(points=tuple((int(w.NOW.timestamp()) - ago, value) for ago, value in points))

    evidence = broken()
    for metric, points in (("5XXError|Sum", errors), ("Count|SampleCount", requests)):
        key = f"AWS/ApiGateway|{metric}|ApiName=orders|Stage=prod"
        evidence = w.changed(s.METRIC, key, series(points), evidence)
    assert shown(evidence).failures == expected


def test_a_rerun_says_what_changed():
    before, after = samples.report(), samples.healthy()
    context = shown(None, after, previous=before, difference=difference(before, after))
    (group,) = context.changes.groups
    assert (group.kind, group.total) == ("fixed", 2)
    assert [item.check for item in group.items] == ["SG-03", "TG-01"]


# --- the path -----------------------------------------------------------------------------------------------


def lines(view):
    return [" · ".join(part.text for part in line.parts) for line in view.reached]


def test_what_is_well_shares_a_line_and_the_broken_hop_stands_alone():
    view = path_view(samples.report())
    assert [line.mark for line in view.reached] == ["✅", "✅", "✅", "❌"]
    assert [line.first_broken for line in view.reached] == [False, False, False, True]
    assert lines(view)[1] == "VPC link orders-link (v1) AVAILABLE · endpoint service Available, connection available"
    assert [line.mark for line in view.behind] == [BEHIND]


def test_the_headline_is_not_said_twice():
    broken_hop = samples.hop(Hop.TARGET, "i-0a1", samples.SUMMARY, HopState.BROKEN)
    view = path_view(samples.report(path=(*samples.path()[:8], broken_hop)))
    assert lines(view)[-1] == "Targets i-0a1"


def test_a_listener_is_named_by_its_load_balancer():
    listener = samples.NLB.replace("loadbalancer/", "listener/") + "/aaaa"
    broken_hop = samples.hop(Hop.LISTENER, listener, samples.SUMMARY, HopState.BROKEN)
    assert lines(path_view(samples.report(path=(broken_hop,)))) == ["Listener of orders-nlb"]


def test_the_path_of_the_cause_is_the_one_that_is_shown():
    other = tuple(hop for hop in samples.path(Hop.LISTENER, way=1) if hop.hop not in {Hop.API, Hop.STAGE})
    findings = (samples.report().findings[3].model_copy(update={"paths": (1,)}),)
    report = samples.report(path=(*samples.path(), *other), findings=findings)
    view = path_view(report)
    assert view.reached[-1].first_broken
    assert "listener" in lines(view)[-1]
    assert view.other_ways == 1
    assert len(all_ways(report)) == 2


def test_lines_that_do_not_fit_are_counted_but_never_the_broken_one():
    degraded = tuple(hop.model_copy(update={"state": HopState.DEGRADED}) for hop in samples.path())
    view = path_view(
        samples.report(path=(*degraded[:8], samples.hop(Hop.TARGET, "i-0a1", "x", HopState.BROKEN))), most=4
    )
    assert (len(view.reached), view.more) == (4, 5)
    assert view.reached[-1].first_broken


def test_nothing_known_shows_nothing():
    assert path_view(samples.report(path=())) == c.PathView((), (), 0, 0)


def test_possible_causes_are_told_from_certain_ones():
    found = samples.cause(confidence=Confidence.POSSIBLE)
    verdict = Verdict(state=State.CAUSE_FOUND, summary=found.summary, causes=(found, found))
    context = shown(None, samples.report(verdict=verdict))
    assert context.possible
    assert context.other_causes == 1


def test_the_asker_is_named_where_somebody_asked():
    outcome = Outcome(samples.report(), None, samples.RUN, "U01ALICE")
    assert outcome_view(outcome).footer.asker == "U01ALICE"
    assert outcome_view(replace(outcome, asker="")).footer.asker == ""


def test_what_only_a_probe_can_tell_is_hinted_at_where_nothing_is_decided():
    evidence = w.denied(s.EXECUTION_LOG, tls.nlb_pass_through())
    view = shown(evidence, judge(evidence))
    assert isinstance(view, c.Inconclusive)
    assert view.summary.endswith("AWS does not show what TLS-01 must know: a probe does.")
    assert view.buttons.probe == samples.RUN


def test_a_request_without_a_path_has_no_probe_button():
    assert shown(apis()).buttons.probe == ""
