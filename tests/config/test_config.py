"""The configuration file: what it means, and what it says when it is wrong."""

from pathlib import Path

import pytest

from bot.config import Accounts, Config, UnknownAccountError, load
from bot.settings import Settings, SettingsError

SECRET = "correct-horse-battery-staple"
ACCOUNTS_PAGE = Path(__file__).parents[2] / "docs/accounts.md"
FILE = ACCOUNTS_PAGE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
"""The example of the documentation: what is shown there is what is tried here."""


@pytest.fixture
def read(tmp_path):
    def read(text, **environment):
        file = tmp_path / "vpclink.toml"
        file.write_text(text)
        settings = Settings.from_environment({"VPCLINK_CONFIG": str(file)}, for_slack=False)
        return load(settings, {"PRODUCTION_EXTERNAL_ID": SECRET, **environment})

    return read


@pytest.fixture
def problem(read):
    def problem(text, **environment):
        with pytest.raises(SettingsError) as caught:
            read(text, **environment)
        (told,) = caught.value.problems
        file, _, rest = told.partition(": ")
        assert file.endswith("vpclink.toml")
        return rest

    return problem


def test_the_file_of_the_documentation_is_understood(read):
    config = read(FILE)
    assert config.accounts["production"].external_id.get_secret_value() == SECRET
    assert config.accounts["production"].regions == ("eu-west-1", "eu-central-1")
    assert config.accounts["sandbox"].role_arn is None
    assert config.channels["C0PLATFORM"].region == "us-east-1"
    assert config.access.allow[0].groups == ("S0ONCALL",)


def test_an_external_id_shows_nowhere(read):
    assert SECRET not in f"{read(FILE)} {read(FILE)!r} {read(FILE).model_dump()}"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        (
            'id = "444455556666"',
            "id = 444455556666",
            "accounts.sandbox.id: expected the account's 12 digits, in quotes",
        ),
        ('id = "444455556666"', 'id = "4444"', "accounts.sandbox.id: expected the account's 12 digits, in quotes, got"),
        ('id = "444455556666"', "", "accounts.sandbox.id: missing; expected the account's 12 digits, in quotes"),
        ('id = "444455556666"', 'id = "111122223333"', "accounts: expected every id once, got 111122223333"),
        ("role_arn", "role", "accounts.production"),
        ('"eu-west-1", ', '"Ireland", ', "accounts.production.regions.0: expected a list of AWS regions"),
        ("iam::111122223333", "iam::999922223333", "accounts.production: expected a role_arn of account 111122223333"),
        ('account = "sandbox"', 'account = "sand"', "channels.C0PLATFORM.account: expected the name of an account"),
        ("C0PLATFORM", "platform", "channels.platform: expected"),
        ('accounts = ["production"]', 'accounts = ["prod"]', "access.allow[1].accounts: expected the name of an"),
        ('groups = ["S0ONCALL"]', 'groups = ["@oncall"]', "access.allow.0.groups.0: expected"),
        ("[channels", "[chanels", "chanels: expected one of default_account, accounts, channels, access"),
        ("[accounts.sandbox]", "[accounts.sandbox", "expected TOML:"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_expectation(read, was, becomes, told):
    with pytest.raises(SettingsError) as caught:
        read(FILE.replace(was, becomes, 1))
    assert any(told in problem for problem in caught.value.problems), caught.value.problems
    assert SECRET not in str(caught.value)


def test_a_reference_to_a_variable_that_is_not_set(problem):
    expected = "accounts.production.external_id: expected the variable PRODUCTION_EXTERNAL_ID to be set"
    assert problem(FILE, PRODUCTION_EXTERNAL_ID="") == expected


def test_an_external_id_of_the_wrong_length_is_not_told(problem):
    told = problem(FILE, PRODUCTION_EXTERNAL_ID="x")
    assert told.startswith("accounts.production.external_id: expected the external id")
    assert "got" not in told


def test_a_table_that_stands_in_the_wrong_place_is_not_told_with_what_is_in_it(read):
    with pytest.raises(SettingsError) as caught:
        read(f'[[accounts.production]]\nexternal_id = "{SECRET}"')
    assert SECRET not in str(caught.value)


def test_two_accounts_without_a_role_cannot_both_be_our_own(problem):
    assert "at most one without role_arn" in problem('[accounts.a]\nid="111122223333"\n[accounts.b]\nid="444455556666"')


def test_a_file_that_is_not_there(tmp_path):
    settings = Settings.from_environment({"VPCLINK_CONFIG": str(tmp_path / "none.toml")}, for_slack=False)
    with pytest.raises(SettingsError, match=r"VPCLINK_CONFIG: expected a TOML file, got .*none\.toml: No such file"):
        load(settings, {})


# --- the environment, for one account -----------------------------------------------------------------------------

ROLE = "arn:aws:iam::111122223333:role/vpclink-readonly"


def of_environment(**variables):
    return load(Settings.from_environment(variables, for_slack=False), {})


def test_one_account_needs_no_file():
    account = of_environment(VPCLINK_ROLE_ARN=ROLE, VPCLINK_EXTERNAL_ID=SECRET).accounts["default"]
    assert (account.id, account.role_arn, account.external_id.get_secret_value()) == ("111122223333", ROLE, SECRET)
    assert of_environment() == Config()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"VPCLINK_ROLE_ARN": "vpclink-readonly"}, "VPCLINK_ROLE_ARN: expected the ARN of a role"),
        ({"VPCLINK_EXTERNAL_ID": SECRET}, "VPCLINK_ROLE_ARN: missing"),
        ({"VPCLINK_ROLE_ARN": ROLE, "VPCLINK_CONFIG": "x.toml"}, "VPCLINK_ROLE_ARN: expected either"),
    ],
)
def test_a_mistake_in_the_environment_is_told(variables, told):
    with pytest.raises(SettingsError, match=told) as caught:
        of_environment(**variables)
    assert SECRET not in str(caught.value)


# --- which account a request means --------------------------------------------------------------------------------


@pytest.fixture
def accounts(read):
    return Accounts(read(FILE))


@pytest.mark.parametrize(
    ("given", "region", "channel", "meant"),
    [
        pytest.param("sandbox", "us-east-1", "", "444455556666", id="by name"),
        pytest.param("444455556666", "us-east-1", "", "444455556666", id="by id"),
        pytest.param(None, "us-east-1", "C0PLATFORM", "444455556666", id="the channel's"),
        pytest.param("production", "eu-west-1", "C0PLATFORM", "111122223333", id="named in spite of the channel"),
        pytest.param(None, "eu-west-1", "C0INCIDENTS", "111122223333", id="the default"),
    ],
)
def test_the_account_that_is_meant(accounts, given, region, channel, meant):
    assert accounts.settled(given, region, channel) == meant


@pytest.mark.parametrize(
    ("given", "region", "told"),
    [
        ("staging", "eu-west-1", "“staging” is not configured. Expected: one of production (111122223333), sandbox"),
        ("999999999999", "eu-west-1", "“999999999999” is not configured"),
        ("production", "us-east-1", "production may not be read in us-east-1. Expected: a region of its list: eu-west"),
    ],
)
def test_an_account_or_region_that_is_not_configured(accounts, given, region, told):
    with pytest.raises(UnknownAccountError) as caught:
        accounts.settled(given, region)
    assert told in str(caught.value)


def test_without_a_default_our_own_account_is_meant(read):
    assert Accounts(read(FILE.replace('default_account = "production"', ""))).settled(None, "x") == "444455556666"


def test_where_several_could_be_meant_it_asks(read):
    other = '[accounts.sandbox]\nrole_arn = "arn:aws:iam::444455556666:role/vpclink-readonly"'
    text = FILE.replace('default_account = "production"', "").replace("[accounts.sandbox]", other)
    with pytest.raises(UnknownAccountError, match=r"The account is missing\. Expected: --account with one of produ"):
        Accounts(read(text)).settled(None, "eu-west-1")


def test_with_nothing_configured_every_request_is_about_our_own_account():
    assert Accounts(Config()).settled(None, "eu-west-1") is None
    assert Accounts(Config()).settled("111122223333", "eu-west-1") == "111122223333"


def test_the_region_of_a_channel(accounts):
    assert accounts.region_in("C0PLATFORM", "eu-west-1") == "us-east-1"
    assert accounts.region_in("C0INCIDENTS", "eu-west-1") == "eu-west-1"
