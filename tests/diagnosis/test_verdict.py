"""Causes, symptoms, ranking and abstention, on made-up checks."""

from bot.diagnosis.check import Check, Role
from bot.diagnosis.model import Confidence, Finding, Gap, GapReason, Hop, State, Status
from bot.diagnosis.path import Reached
from bot.diagnosis.verdict import judge


def check(code: str, **attributes: object) -> Check:
    methods = {"subjects": lambda self, walk: Reached(()), "judge": lambda self, subject, walk: ()}
    return type(
        code,
        (Check,),
        {"code": code, "title": "t", "needs": (), "since": "0.1", "hop": Hop.TARGET, **methods, **attributes},
    )()


CHECKS = {
    c.code: c
    for c in [
        check("SG-03", explains=("TG-01",), signatures=frozenset({"E1"})),
        check("TG-01", hop=Hop.TARGET_GROUP, explains=("BE-01",), signatures=frozenset({"E1"})),
        check("BE-01", signatures=frozenset({"E5"})),
        check("LB-03", hop=Hop.LISTENER, signatures=frozenset({"E1"}), warning_signatures=frozenset({"E1"})),
        check("TLS-01", hop=Hop.LISTENER, signatures=frozenset({"E2"})),
        check("LOG-01", hop=Hop.LOGGING, role=Role.CONTEXT),
        check("LOG-06", hop=Hop.LOGGING, role=Role.SYMPTOM),
    ]
}


def finding(
    code: str,
    status: Status = Status.FAIL,
    paths: tuple[int, ...] = (0,),
    resource: str = "r",
    gaps: tuple[Gap, ...] = (),
) -> Finding:
    return Finding(
        check=code,
        name=code,
        hop=CHECKS[code].hop,
        status=status,
        resource=resource,
        summary=f"{code} says so",
        paths=paths,
        gaps=gaps,
    )


def verdict(*findings: Finding, signatures: tuple[str, ...] = (), failing: int = 0):
    return judge(findings, CHECKS, signatures, failing=failing)


def said(*findings: Finding, signatures: tuple[str, ...] = ()) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(c.check, str(c.confidence), c.symptoms) for c in verdict(*findings, signatures=signatures).causes]


def test_a_symptom_folds_under_its_cause():
    assert said(finding("TG-01"), finding("SG-03")) == [("SG-03", "likely", ("TG-01",))]


def test_symptoms_of_symptoms_fold_too():
    ((code, _, symptoms),) = said(finding("BE-01"), finding("TG-01"), finding("SG-03"))
    assert (code, sorted(symptoms)) == ("SG-03", ["BE-01", "TG-01"])


def test_a_cause_on_another_path_explains_nothing_here():
    assert [c[0] for c in said(finding("TG-01", paths=(0,)), finding("SG-03", paths=(1,)))] == ["TG-01", "SG-03"]


def test_the_log_confirms_or_lowers():
    assert said(finding("SG-03"), finding("LOG-06"), signatures=("E1",)) == [("SG-03", "confirmed", ("LOG-06",))]
    assert said(finding("SG-03"), finding("LOG-06"), signatures=("E2",)) == [("SG-03", "possible", ())]


def test_what_the_log_agrees_with_comes_before_what_it_does_not():
    assert [c[0] for c in said(finding("SG-03"), finding("TLS-01"), signatures=("E2",))] == ["TLS-01", "SG-03"]


def test_independent_causes_stand_in_the_order_of_the_path():
    assert [c[0] for c in said(finding("SG-03"), finding("LB-03"))] == ["LB-03", "SG-03"]


def test_the_same_fault_on_two_paths_is_one_cause():
    assert [c[0] for c in said(finding("SG-03", paths=(0,)), finding("SG-03", paths=(1,)))] == ["SG-03"]


def test_a_warning_is_a_possible_cause_only_where_the_log_fits():
    warning = finding("LB-03", Status.WARN)
    assert said(warning) == []
    assert said(warning, signatures=("E2",)) == []
    assert said(warning, signatures=("E1",)) == [("LB-03", "possible", ())]
    assert [c[0] for c in said(warning, finding("SG-03"), signatures=("E1",))] == ["SG-03"]


def test_context_and_symptoms_are_never_causes():
    assert verdict(finding("LOG-01"), finding("LOG-06")).state is State.NO_FAULT_FOUND
    assert verdict(finding("LOG-01"), finding("LOG-06"), failing=3).state is State.INCONCLUSIVE


def test_a_refused_read_abstains_a_missing_log_does_not():
    denied = Gap(action="ec2:DescribeSecurityGroups", resource="sg", reason=GapReason.ACCESS_DENIED)
    unlogged = Gap(action="logs:FilterLogEvents", resource="g", reason=GapReason.NOT_FOUND)
    blind = verdict(finding("SG-03", Status.UNKNOWN, gaps=(denied,)))
    assert blind.state is State.INCONCLUSIVE
    assert "ec2:DescribeSecurityGroups" in blind.summary
    assert verdict(finding("LOG-06", Status.UNKNOWN, gaps=(unlogged,))).state is State.NO_FAULT_FOUND
    assert verdict(finding("LOG-01", Status.UNKNOWN, gaps=(denied,))).state is State.NO_FAULT_FOUND


def test_a_cause_stands_beside_what_could_not_be_read():
    denied = Gap(action="ec2:DescribeSecurityGroups", resource="sg", reason=GapReason.ACCESS_DENIED)
    result = verdict(finding("LB-03"), finding("SG-03", Status.UNKNOWN, gaps=(denied,)))
    assert [c.confidence for c in result.causes] == [Confidence.LIKELY]


def test_a_fault_whose_explanation_could_not_be_read_is_only_possible():
    denied = Gap(action="ec2:DescribeSecurityGroups", resource="sg", reason=GapReason.ACCESS_DENIED)
    result = verdict(finding("TG-01"), finding("SG-03", Status.UNKNOWN, gaps=(denied,)), signatures=("E1",), failing=3)
    assert result.state is State.INCONCLUSIVE
    assert [(c.check, c.confidence) for c in result.causes] == [("TG-01", Confidence.POSSIBLE)]
    assert "could not be read (ec2:DescribeSecurityGroups)" in result.summary


def test_failures_that_no_log_shows_make_a_warning_possible_and_silence_inconclusive():
    warning = finding("LB-03", Status.WARN)
    judged = judge([warning], CHECKS, [], failing=0, unlogged=7)
    assert [(c.check, c.confidence) for c in judged.causes] == [("LB-03", Confidence.POSSIBLE)]
    silent = judge([finding("LB-03", Status.PASS)], CHECKS, [], failing=0, unlogged=7)
    assert silent.state is State.INCONCLUSIVE
    assert "7 request(s) ended in 5xx by the metric" in silent.summary
