"""What the failing requests of one path show."""

from bot.diagnosis import sources as s
from bot.diagnosis.failures import minutes_of, requests_on, signatures_maybe_on, signatures_on, unplaced_requests
from bot.diagnosis.path import Walk
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m


def two_ways(route: str):
    """An API with two links, and one failing request whose log names this route."""
    first = w.healthy().get(s.ROUTES, b.ROUTES)[0]
    integration = first.integration.model_copy(update={"connection_id": "v1lnk8"})
    other = first.model_copy(update={"path": "/admin", "method": "GET", "integration": integration})
    walk = Walk(b.failing(b.E10, w.changed(s.ROUTES, b.ROUTES, (first, other)), route=route))
    return walk, {p.routes[0].path: p for p in walk.paths.items}


def test_a_request_belongs_to_the_way_of_its_route():
    walk, ways = two_ways("HTTP Method: GET, Resource Path: /admin")
    assert {name: signatures_on(walk, path) for name, path in ways.items()} == {
        "/admin": {"E10"},
        "/{proxy+}": frozenset(),
    }
    assert unplaced_requests(walk) == ()


def test_a_request_of_an_unknown_route_may_belong_to_any():
    walk, ways = two_ways("")
    assert [signatures_on(walk, path) for path in ways.values()] == [frozenset(), frozenset()]
    assert [signatures_maybe_on(walk, path) for path in ways.values()] == [{"E10"}, {"E10"}]


def test_with_one_way_every_request_took_it():
    walk = Walk(b.failing(b.E10, route=""))
    (path,) = walk.paths.items
    assert len(requests_on(walk, path)) == 1
    assert minutes_of(walk, path, frozenset({"E10"})) == {m.minute(0)}
    assert minutes_of(walk, path, frozenset({"E5"})) == frozenset()
