import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Absent, BundleError, MissingEvidence, from_json, to_json
from bot.diagnosis.model import Gap, GapReason
from tests.diagnosis import worlds as w


def test_a_bundle_comes_back_as_it_was():
    evidence = w.gone(s.NETWORK_ACL, "subnet-0b1", evidence=w.denied(s.TARGET_HEALTH))
    text = to_json(evidence)
    assert from_json(text) == evidence
    assert to_json(from_json(text)) == text


def test_absent_is_none_a_gap_raises_and_so_does_what_nobody_read():
    evidence = w.gone(s.LOAD_BALANCER, w.NLB, evidence=w.denied(s.TARGET_HEALTH))
    assert evidence.get(s.LOAD_BALANCER, w.NLB) is None
    with pytest.raises(MissingEvidence) as denied:
        evidence.get(s.TARGET_HEALTH, w.GROUP)
    assert denied.value.gap.reason is GapReason.ACCESS_DENIED
    with pytest.raises(MissingEvidence) as unread:
        evidence.get(s.RULES, "nobody asked for it")
    assert unread.value.gap.action == "elasticloadbalancing:DescribeRules"


def test_absence_carries_what_there_is_instead():
    evidence = w.gone(s.STAGE, f"REST/{w.API}/{w.STAGE}", "dev, staging")
    assert evidence.absence(s.STAGE, f"REST/{w.API}/{w.STAGE}") == "dev, staging"


def test_each_gap_is_listed_once():
    assert [g.resource for g in w.denied(s.SUBNET).gaps()] == ["subnet-0b1", "subnet-0b2", "subnet-0t1", "subnet-0t2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "the text", id="empty"),
        pytest.param("[]", "the text", id="another JSON"),
        pytest.param('{"bundle": 1}', "request", id="half a bundle"),
        pytest.param(
            '{"bundle": 1, "reads": [], "request": {"api": "a"}, "at": "x"}', "request.stage", id="half a request"
        ),
    ],
)
def test_what_is_no_bundle_is_refused_with_what_was_expected(text, said):
    with pytest.raises(BundleError, match=r"expected the file that `vpclink diagnose … --save FILE`") as refused:
        from_json(text)
    assert f"({said}:" in str(refused.value)


def test_a_newer_bundle_is_refused():
    with pytest.raises(BundleError, match="bundle version 99"):
        from_json(to_json(w.healthy()).replace('"bundle": 1', '"bundle": 99'))


@given(st.data())
def test_a_damaged_read_becomes_a_gap_and_the_rest_stays(data):
    bundle = json.loads(to_json(w.healthy()))
    row = data.draw(st.sampled_from(range(len(bundle["reads"]))))
    bundle["reads"][row]["value"] = data.draw(st.sampled_from(["text", 7, [3], [[1]], {"Port": []}, True]))
    evidence = from_json(json.dumps(bundle))
    damaged = bundle["reads"][row]
    outcome = evidence.reads[damaged["source"], damaged["key"]]
    whole = w.healthy().reads
    assert len(evidence.reads) == len(whole)
    assert isinstance(outcome, Gap | Absent) or damaged["value"] is not None
    assert sum(1 for key in whole if evidence.reads[key] == whole[key]) >= len(whole) - 1


def test_a_read_of_an_unknown_source_is_left_out():
    bundle = json.loads(to_json(w.healthy()))
    bundle["reads"].append({"source": "from-the-future", "key": "x", "value": 1})
    assert from_json(json.dumps(bundle)) == w.healthy()
