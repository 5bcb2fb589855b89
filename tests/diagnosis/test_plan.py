"""What is read next, as the path becomes known."""

from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.plan import wanted
from tests.diagnosis import worlds as w


def rounds(world: Evidence) -> list[set[str]]:
    """The sources read in each round, if every round waited for the whole one before."""
    evidence, names = Evidence(request=world.request, at=world.at), []
    while wants := wanted(evidence):
        names.append({name for name, _ in wants})
        evidence = evidence.with_reads({key: world.reads.get(key) or w.Absent() for key in wants})
    return names


def test_the_longest_chain_has_seven_rounds_and_independent_reads_share_one():
    chain = rounds(w.healthy())
    assert len(chain) == 7
    assert chain[0] == {"caller", "rest-apis", "http-apis", "logging-account"}
    assert chain[1] >= {"stage", "execution-log", "log-groups", "log-deliveries", "role"}
    assert {"load-balancer", "listeners", "balancer-interfaces", "endpoint-services"} <= chain[3]
    assert {"target-health", "target-group", "endpoint-connections"} <= chain[4]


def test_nothing_more_is_wanted_of_a_healthy_path_than_the_checks_and_the_drawing_use():
    evidence = w.healthy()
    metrics_only = {name for name, _ in wanted(evidence)}
    assert metrics_only == {"metric"}


def test_a_gap_ends_its_branch_and_no_other():
    names = set().union(*rounds(w.denied(s.INSTANCE)))
    assert {"target-health", "network-acl", "endpoint-connections"} <= names
    assert "security-group" not in names


def test_an_unknown_api_is_looked_for_and_nothing_else():
    world = w.changed(s.REST_APIS, "orders", w.r.ApiMatches())
    assert [sorted(names) for names in rounds(world)] == [
        ["caller", "http-apis", "logging-account", "rest-apis"],
        ["role", "role-policies"],
    ]


def test_only_the_missing_generation_of_a_link_is_asked_for():
    assert not any("vpc-link-v2" in names for names in rounds(w.healthy()))
    assert any("vpc-link-v2" in names for names in rounds(w.gone(s.VPC_LINK_V1, w.LINK)))


def test_a_large_target_group_is_read_up_to_a_bound():
    many = tuple(w.target(f"i-{n:017x}", "healthy") for n in range(250))
    world = w.changed(s.TARGET_HEALTH, w.GROUP, many)
    assert sum(name == "instance" for name, _ in wanted(world)) == 100
