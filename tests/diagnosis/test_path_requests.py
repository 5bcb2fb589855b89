"""Which path a failing request took, as far as its log tells."""

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.access_format import names_reason, variables
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.method_settings import patch_path
from bot.diagnosis.path import Walk
from bot.diagnosis.path_requests import by_path, citations, has_log, most, telling_line
from bot.diagnosis.resources import Canary
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr

LOST = (wr.E1, wr.ENDED)


def counted(evidence):
    return [(x.path.resource, len(x.requests), len(x.unplaced)) for x in by_path(Walk(evidence)).items]


def test_each_path_has_the_requests_of_its_own_routes():
    evidence = wr.log(wr.at("/stock", *LOST), wr.at("/orders", *LOST), wr.at("/stock", *LOST), evidence=wr.two_paths())
    assert counted(evidence) == [("GET /stock", 2, 0), ("GET /orders", 1, 0)]


def test_a_request_of_a_function_or_of_no_route_is_nobodys():
    evidence = wr.log(wr.at("/report", *LOST), wr.at("/nowhere", *LOST), evidence=wr.two_paths())
    assert counted(evidence) == [("GET /orders", 0, 0), ("GET /stock", 0, 0)]


def test_without_a_route_in_the_log_the_only_way_is_taken():
    assert counted(wr.log(LOST)) == [("ANY /{proxy+}", 1, 0)]


def test_without_a_route_in_the_log_nobody_knows_which_of_several_ways():
    assert counted(wr.log(LOST, evidence=wr.two_paths())) == [("GET /orders", 0, 1), ("GET /stock", 0, 0)]


def test_requests_that_were_read_whole_stand_for_the_others():
    assert counted(wr.log((wr.TAKEN, *LOST), LOST, LOST)) == [("ANY /{proxy+}", 1, 0)]


def test_a_canarys_way_has_no_requests_of_its_own():
    canary = Canary(percent_traffic=10, stage_variables={"linkId": "v1new"})
    evidence = wr.log((wr.TAKEN, *LOST), evidence=wl.with_variable({"linkId": w.LINK}, canary=canary))
    assert len(Walk(evidence).paths.items) == 2
    assert counted(evidence) == [("ANY /{proxy+}", 1, 0)]


def test_what_tells_nothing_is_left_out():
    assert counted(wr.log((wr.TAKEN, wr.ENDED))) == [("ANY /{proxy+}", 0, 0)]


def test_a_log_that_could_not_be_read_raises_and_none_at_all_is_false():
    assert has_log(Walk(w.healthy()))
    with pytest.raises(MissingEvidence):
        has_log(Walk(w.denied(s.EXECUTION_LOG)))
    assert not has_log(Walk(wr.unlogged(w.healthy())))


@pytest.mark.parametrize(("some", "every", "said"), [(0, 0, False), (1, 2, True), (1, 3, False), (2, 3, True)])
def test_half_is_enough(some, every, said):
    requests = by_path(Walk(wr.log(*[(wr.TAKEN, *LOST)] * 3))).items[0].requests
    assert most(requests[:some], requests[:every]) is said


def test_a_citation_names_log_request_time_and_line():
    walk = Walk(wr.log((wr.TAKEN, *LOST)))
    requests = by_path(walk).items[0].requests
    (citation,) = citations(requests, walk)
    assert citation.source == "logs:FilterLogEvents"
    assert citation.resource == w.LOG_GROUP
    assert citation.field == "request 6e1c1f0e-0000-4000-8000-000000000001 at 2026-11-22 03:11:00 UTC"
    assert citation.value == wr.E1


def test_a_long_line_is_cut():
    long = by_path(Walk(wr.log((wr.TAKEN, wr.E1 + " x" * 500)))).items[0].requests[0]
    assert len(telling_line(long)) == 240
    assert telling_line(long).endswith("…")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("*/*", "/*/*"),
        ("orders/{id}/GET", "/~1orders~1{id}/GET"),
        ("GET", "/~1/GET"),
    ],
)
def test_a_settings_key_as_a_patch_path(key, path):
    assert patch_path(key) == path


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ('{"why":"$context.integration.error"}', True),
        ("$context.integrationErrorMessage.", True),
        ("$context.integration.errors", False),
        ("$context.error.message", False),
        ("", False),
    ],
)
def test_the_variables_of_a_format(text, tells):
    assert names_reason(text) is tells


def test_variables_are_named_without_their_prefix():
    assert variables("$context.requestId [$context.integration.status]") == {"requestId", "integration.status"}
