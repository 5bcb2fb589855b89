"""References to secrets, read from a local SSM and Secrets Manager."""

import json

import pytest

from bot.aws.secrets import KEPT_SECONDS, Secrets
from bot.settings import SettingsError


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secrets(aws_services, clock) -> Secrets:
    return Secrets(aws_services.session, clock)


@pytest.fixture
def parameter(aws_services):
    """Sets the parameter that the tests read."""

    def put(value: str, name: str = "/vpclink/test/token") -> None:
        aws_services.session.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)

    return put


def test_what_is_no_reference_stays_as_it_is(secrets):
    assert secrets.resolved({"PORT": "3000", "SLACK_BOT_TOKEN": "xoxb-1"}) == {
        "PORT": "3000",
        "SLACK_BOT_TOKEN": "xoxb-1",
    }


def test_a_parameter_is_read_decrypted(secrets, parameter):
    parameter("xoxb-from-ssm")
    assert secrets.resolved({"SLACK_BOT_TOKEN": "ssm:/vpclink/test/token"}) == {"SLACK_BOT_TOKEN": "xoxb-from-ssm"}


def test_a_secret_is_read_whole_or_one_field_of_it(secrets, aws_services):
    manager = aws_services.session.client("secretsmanager")
    manager.create_secret(Name="vpclink/test/plain", SecretString="whole")
    manager.create_secret(Name="vpclink/test/fields", SecretString=json.dumps({"token": "xoxb-field"}))
    found = secrets.resolved(
        {"A": "secretsmanager:vpclink/test/plain", "B": "secretsmanager:vpclink/test/fields#token"}
    )
    assert found == {"A": "whole", "B": "xoxb-field"}
    with pytest.raises(SettingsError, match=r"B: secretsmanager:.* expected a JSON object with a text in its field"):
        secrets.resolved({"B": "secretsmanager:vpclink/test/plain#token"})


def test_a_rotated_secret_is_known_after_five_minutes_and_not_asked_for_before(secrets, parameter, clock):
    reference = {"SLACK_BOT_TOKEN": "ssm:/vpclink/test/token"}
    parameter("first")
    assert secrets.resolved(reference) == {"SLACK_BOT_TOKEN": "first"}
    parameter("second")
    clock.seconds = KEPT_SECONDS - 1
    assert secrets.resolved(reference) == {"SLACK_BOT_TOKEN": "first"}
    clock.seconds = KEPT_SECONDS
    assert secrets.resolved(reference) == {"SLACK_BOT_TOKEN": "second"}


def test_every_secret_that_cannot_be_read_is_named_with_its_variable(secrets):
    with pytest.raises(SettingsError) as raised:
        secrets.resolved({"ONE": "ssm:/vpclink/test/none", "TWO": "ssm:/vpclink/test/neither"})
    assert [problem.split(" cannot")[0] for problem in raised.value.problems] == [
        "ONE: ssm:/vpclink/test/none",
        "TWO: ssm:/vpclink/test/neither",
    ]


def test_a_secret_that_can_no_longer_be_read_keeps_its_value(secrets, parameter, aws_services, clock, caplog):
    parameter("known", name="/vpclink/test/vanishing")
    reference = {"SLACK_BOT_TOKEN": "ssm:/vpclink/test/vanishing"}
    secrets.resolved(reference)
    aws_services.session.client("ssm").delete_parameter(Name="/vpclink/test/vanishing")
    clock.seconds = KEPT_SECONDS
    assert secrets.resolved(reference) == {"SLACK_BOT_TOKEN": "known"}
    assert "ssm:/vpclink/test/vanishing cannot be read" in caplog.text
    assert "known" not in caplog.text
