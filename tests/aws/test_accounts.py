"""Reading in another account: through its role, for reading alone, with credentials that renew themselves."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from bot.aws import doctor
from bot.aws.accounts import DURATION_SECONDS, AccountSessions, session_name
from bot.aws.connection import Calls, Connection
from bot.aws.errors import Failure
from bot.config import Accounts, Config
from bot.demo.aws.parts.roles import make_reading_role
from bot.demo.aws.policies import LONGEST
from bot.demo.aws.topology import rest_v1_nlb
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Gap
from bot.diagnosis.model import Request
from bot.diagnosis.policy import policy, session_policy
from bot.log_lines import referring
from bot.reading import CannotReadError

HUB, MEMBER, REGION = "111122223333", "444455556666", "eu-west-1"
EXTERNAL_ID = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def role(world):
    rest_v1_nlb(world, "orders", region=world.region(account=MEMBER))
    return make_reading_role(
        world, MEMBER, trusted=f"arn:aws:iam::{HUB}:user/on-call", external_id=EXTERNAL_ID, policy=policy()
    )


@pytest.fixture(scope="module")
def own(connection):
    return boto3.Session()


@pytest.fixture
def sessions(connection, local_aws, role, own, monkeypatch):
    """Makes sessions of accounts, of which `member` may be described otherwise."""
    monkeypatch.setattr(Connection, "warm", lambda _: None)
    local_aws.switches.reset()
    local_aws.recorder.clear()

    def make(**changes):
        member = {"id": MEMBER, "role_arn": role, "external_id": EXTERNAL_ID, **changes}
        config = Config.model_validate({"accounts": {"hub": {"id": HUB}, "member": member}})
        return AccountSessions(Accounts(config), own)

    return make


def request(account=MEMBER, region=REGION):
    return Request(api="orders", stage="prod", region=region, account=account)


def apis(sessions, account=MEMBER):
    reader, at = sessions.reader(request(account)), datetime.now(UTC)
    return reader.read(s.REST_APIS, ["orders"], request(account), at)["orders"]


def test_it_reads_in_the_other_account(sessions, local_aws):
    assert [api.name for api in apis(sessions()).apis] == ["orders"]
    (call,) = local_aws.recorder.calls("apigateway")
    assert call.account == MEMBER


def test_our_own_account_needs_no_role(sessions, local_aws):
    assert apis(sessions(), HUB).apis == ()
    assert local_aws.recorder.calls("sts", "AssumeRole") == []


def test_what_is_asked_of_sts(sessions, local_aws):
    with referring("ab12cd34"):
        sessions().connection(MEMBER, REGION)
    asked = local_aws.recorder.calls("sts", "AssumeRole")[0].parameters
    assert asked["RoleSessionName"] == "vpclink-ab12cd34"
    assert asked["DurationSeconds"] == DURATION_SECONDS == 900
    assert asked["ExternalId"] == EXTERNAL_ID
    assert json.loads(asked["Policy"]) == session_policy("aws")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])
def test_the_session_policy_is_short_enough_for_sts(partition):
    text = json.dumps(session_policy(partition), separators=(",", ":"))
    assert len(text) <= LONGEST
    assert f"arn:{partition}:apigateway" in text


def test_a_session_may_do_nothing_but_read_what_the_checks_need(sessions):
    calls = Calls(sessions().connection(MEMBER, REGION))
    with pytest.raises(Failure, match="access-denied"):
        calls.call("apigateway", "get_base_path_mappings", domainName="api.example.com")


def test_one_role_is_assumed_once_however_many_ask(sessions, local_aws):
    made = sessions()
    apis(made)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: made.connection(MEMBER, REGION), range(16)))
    assert len(found) == 1
    made.connection(MEMBER, "eu-central-1")
    assert len(local_aws.recorder.calls("sts", "AssumeRole")) == 1


def test_credentials_are_renewed_before_they_end(sessions, local_aws, monkeypatch):
    made = sessions()
    apis(made)
    credentials = made.session(MEMBER, REGION).get_credentials()
    late = datetime.now(UTC) + timedelta(seconds=DURATION_SECONDS - 100)
    monkeypatch.setattr(credentials, "_time_fetcher", lambda: late)  # botocore's own seam for its clock
    assert apis(made).apis
    assert len(local_aws.recorder.calls("sts", "AssumeRole")) >= 2


def test_a_renewal_that_is_refused_is_a_gap_that_names_it(sessions, local_aws, monkeypatch):
    made = sessions()
    apis(made)
    credentials = made.session(MEMBER, REGION).get_credentials()
    monkeypatch.setattr(credentials, "_time_fetcher", lambda: datetime.now(UTC) + timedelta(hours=1))
    local_aws.switches.deny = {"sts:AssumeRole"}
    found = apis(made)
    assert isinstance(found, Gap)
    assert (found.action, found.reason.value) == ("sts:AssumeRole", "access-denied")


@pytest.mark.parametrize(
    ("external_id", "told"),
    [("guessed-by-somebody", "its sts:ExternalId is the one that I was given"), (None, "I was given none")],
)
def test_a_role_that_does_not_let_us_in_is_named_with_what_to_check(sessions, role, external_id, told):
    with pytest.raises(CannotReadError) as caught:
        sessions(external_id=external_id).reader(request())
    text = str(caught.value)
    assert f"AWS refuses sts:AssumeRole on {role}" in text
    assert told in text
    assert "guessed" not in text


def test_what_is_no_denial_is_told_as_it_is(sessions, local_aws):
    local_aws.switches.expired = True
    with pytest.raises(CannotReadError, match=r"cannot enter the account 444455556666.*the credentials have expired"):
        sessions().reader(request())
    local_aws.switches.reset()


@pytest.mark.parametrize(
    ("account", "region", "told"),
    [
        ("777788889999", REGION, "“777788889999” is not configured"),
        (MEMBER, "us-east-1", "member may not be read in us-east-1"),
    ],
)
def test_what_is_not_configured_is_not_read(sessions, local_aws, account, region, told):
    with pytest.raises(CannotReadError, match=told):
        sessions(regions=[REGION]).reader(request(account, region))
    assert local_aws.recorder.calls() == []


def test_with_nothing_configured_another_account_is_refused_and_never_read_in_its_place(sessions, own, local_aws):
    made = AccountSessions(Accounts(Config()), own)
    assert made.reader(request(None))
    assert made.reader(request(HUB))
    with pytest.raises(CannotReadError, match="444455556666 has no role in my configuration"):
        made.reader(request(MEMBER))
    assert local_aws.recorder.calls("apigateway") == []


@pytest.mark.parametrize("asked", ["999999999999", None])
def test_an_account_that_claims_to_be_our_own_and_is_not(sessions, own, asked):
    config = Config.model_validate({"accounts": {"hub": {"id": "999999999999"}}})
    with pytest.raises(CannotReadError, match="my credentials belong to 111122223333"):
        AccountSessions(Accounts(config), own).reader(request(asked))


def test_an_external_id_reaches_no_log(sessions, caplog):
    caplog.set_level("INFO")
    apis(sessions())
    assert "role assumed" in caplog.text
    assert EXTERNAL_ID not in "".join(f"{record.__dict__}" for record in caplog.records)


def test_a_session_name_holds_only_what_sts_takes():
    assert session_name("run/ü 1") == "vpclink-run---1"
    assert len(session_name("x" * 100)) <= 64


# --- doctor, by account -------------------------------------------------------------------------------------------


def test_doctor_says_for_each_account_what_is_denied(sessions, monkeypatch):
    monkeypatch.setattr(doctor, "actions", lambda: ("ec2:DescribeSubnets", "apigateway:GET"))
    found = doctor.examine_accounts(sessions(), None, REGION)
    assert [(reading.account, reading.action, reading.state) for reading in found] == [
        ("hub (111122223333)", "ec2:DescribeSubnets", "allowed"),
        ("hub (111122223333)", "apigateway:GET", "allowed"),
        ("member (444455556666)", "ec2:DescribeSubnets", "allowed"),
        ("member (444455556666)", "apigateway:GET", "allowed"),
    ]
    assert doctor.readings_text(found).splitlines()[:2] == ["hub (111122223333):", "allowed    ec2:DescribeSubnets"]


def test_doctor_names_an_account_that_cannot_be_entered_and_goes_on(sessions, monkeypatch):
    monkeypatch.setattr(doctor, "actions", lambda: ("ec2:DescribeSubnets",))
    found = doctor.examine_accounts(sessions(external_id="guessed-by-somebody"), None, REGION)
    assert [(reading.action, reading.state) for reading in found] == [
        ("ec2:DescribeSubnets", "allowed"),
        ("sts:AssumeRole", "denied"),
    ]
    assert "sts:ExternalId" in json.loads(doctor.readings_json(found))[1]["detail"]


def test_doctor_of_one_account_in_a_region_of_its_own(sessions, local_aws, monkeypatch):
    monkeypatch.setattr(doctor, "actions", lambda: ("ec2:DescribeSubnets",))
    found = doctor.examine_accounts(sessions(regions=["eu-central-1"]), "member", REGION)
    assert [reading.state for reading in found] == ["allowed"]
    assert {call.region for call in local_aws.recorder.calls("ec2")} == {"eu-central-1"}
