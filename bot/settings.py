"""Settings: the environment, read once, checked, frozen.

Every setting is one field of `Settings`; its `description` is the settings table of the documentation. Whatever is
wrong or missing is reported together, each by the name of its variable, so that one look at the error is enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

DEFAULT_PORT = 3000
_REGION = r"^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$"
_LISTS = {
    "regions": re.compile(_REGION),
    "alarm_queues": re.compile(r"^https?://[^\s/]+/\S+$"),
    "alarm_topics": re.compile(r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$"),
}
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LanguageSetting = Literal["auto", "en", "fr"]


class SettingsError(ValueError):
    """Settings that are missing or wrong; one line each, saying what was expected. Values of secrets are never told."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("these settings need your attention:\n" + "\n".join(f"  {problem}" for problem in problems))


def _setting(
    default: Any, *variables: str, expected: str, description: str, secret: bool = False, **constraints: Any
) -> Any:
    """A field read from the first of these variables that is set. `expected` completes "expected …" in an error."""
    return Field(
        default=default,
        validation_alias=AliasChoices(*variables),
        description=description,
        json_schema_extra={"expected": expected, "secret": secret},
        repr=not secret,
        **constraints,
    )


class Settings(BaseModel):
    """What the environment says. Times are seconds unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    slack_bot_token: SecretStr = _setting(
        SecretStr(""),
        "SLACK_BOT_TOKEN",
        expected="the bot token, which begins with xoxb-",
        secret=True,
        description="The bot token of the Slack app (OAuth & Permissions). Needed to serve.",
    )
    slack_app_token: SecretStr = _setting(
        SecretStr(""),
        "SLACK_APP_TOKEN",
        expected="an app-level token, which begins with xapp-",
        secret=True,
        description="An app-level token with connections:write. When it is set, vpclink connects out by Socket Mode "
        "and needs no public URL; without it, vpclink is an HTTP server and needs SLACK_SIGNING_SECRET.",
    )
    slack_signing_secret: SecretStr = _setting(
        SecretStr(""),
        "SLACK_SIGNING_SECRET",
        expected="the signing secret of the Slack app",
        secret=True,
        description="The signing secret (Basic Information). Needed in HTTP mode: every request is verified with it.",
    )
    slack_api_url: str = _setting(
        "https://slack.com/api/",
        "SLACK_API_URL",
        expected="the base URL of Slack's Web API, such as https://slack.com/api/",
        description="Base URL of the Slack Web API. Another one points vpclink at a local Slack.",
        pattern=r"^https?://[^\s/]+.*$",
    )
    port: int = _setting(
        DEFAULT_PORT,
        "PORT",
        expected="a port number from 1 to 65535",
        description="Port of the HTTP server. In Socket Mode it serves /healthz, /livez and /metrics (and /sns/alarms, "
        "with VPCLINK_ALARM_TOPICS) alone, and only when this is set.",
        ge=1,
        le=65535,
    )
    host: str = _setting(
        "0.0.0.0",  # noqa: S104 - see the description: a container's port must be reachable from outside of it
        "VPCLINK_HOST",
        expected="an address to listen on, such as 0.0.0.0 or 127.0.0.1",
        description="Address of the HTTP server. The default listens on every interface, because a published container "
        "port and a load balancer reach a container's network interface and never its loopback. Everything but "
        "/healthz, /livez and /metrics is refused without Slack's or SNS's signature. Behind a proxy on the same "
        "machine, set 127.0.0.1.",
        min_length=1,
    )
    database: Path = _setting(
        Path("vpclink.sqlite3"),
        "VPCLINK_DATABASE",
        expected="the path of a file on a local disk",
        description="SQLite file that holds jobs, reports and evidence. It must stand on a local disk.",
    )
    queue_url: str = _setting(
        "",
        "VPCLINK_QUEUE_URL",
        expected="the URL of an Amazon SQS standard queue, such as https://sqs.eu-west-1.amazonaws.com/111122223333/jobs",
        description="URL of an Amazon SQS standard queue. With VPCLINK_TABLE, jobs and reports are kept in AWS instead "
        "of the SQLite file (docs/storage.md). Region and credentials are the SDK's own.",
        pattern=r"^https?://[^\s/]+/\S+$",
    )
    table: str = _setting(
        "",
        "VPCLINK_TABLE",
        expected="the name of a DynamoDB table of 3 to 255 letters, digits, underscores, hyphens and dots",
        description="DynamoDB table that holds jobs, reports and evidence. Set together with VPCLINK_QUEUE_URL.",
        pattern=r"^[a-zA-Z0-9_.-]{3,255}$",
    )
    deadline: float = _setting(
        25.0,
        "VPCLINK_DEADLINE",
        expected="seconds from 1 to 600",
        description="Seconds that one diagnosis may read. What is not read by then becomes a gap in the report.",
        ge=1,
        le=600,
    )
    concurrency: int = _setting(
        8,
        "VPCLINK_CONCURRENCY",
        expected="a number from 1 to 64",
        description="How many diagnoses run at the same time; the others wait in the queue.",
        ge=1,
        le=64,
    )
    default_region: str | None = _setting(
        None,
        "VPCLINK_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        expected="an AWS region, such as eu-west-1",
        description="Region of a request that names none. Where it is not set, the SDK's own AWS_REGION and "
        "AWS_DEFAULT_REGION count; where none is, every request must name its region.",
        pattern=_REGION,
    )
    regions: tuple[str, ...] = _setting(
        (),
        "VPCLINK_REGIONS",
        expected="AWS regions, such as eu-west-1,us-east-1",
        description="Regions, separated by commas, in which an alarm is looked for whose message names none. Without "
        "them, the region of VPCLINK_DEFAULT_REGION alone.",
    )
    config_file: Path | None = _setting(
        None,
        "VPCLINK_CONFIG",
        expected="the path of a TOML file",
        description="TOML file of accounts, channels' defaults and access rules (see docs/accounts.md). Without it, "
        "everybody in a channel that vpclink is in may ask, about one account.",
    )
    role_arn: str | None = _setting(
        None,
        "VPCLINK_ROLE_ARN",
        expected="the ARN of a role, such as arn:aws:iam::111122223333:role/vpclink-readonly",
        description="Role to read with, where that is one other account and you need no file for it. Without it, "
        "vpclink reads with the process's own credentials.",
    )
    external_id: SecretStr | None = _setting(
        None,
        "VPCLINK_EXTERNAL_ID",
        expected="the external id of the role's trust policy",
        secret=True,
        description="External id that the trust policy of VPCLINK_ROLE_ARN asks for.",
    )
    language: LanguageSetting = _setting(
        "auto",
        "VPCLINK_LANGUAGE",
        expected="auto, en or fr",
        description="Language of answers and reports. auto: each person is answered in the language of their Slack "
        "(French, or else English), and alarms and watches, which nobody asks for, speak English. en or fr: always "
        "this one.",
    )
    alarm_window: float = _setting(
        15.0,
        "VPCLINK_ALARM_WINDOW",
        expected="minutes from 0 to 1440",
        description="Minutes in which another alarm of the same API and stage joins the thread of the first one, "
        "instead of being diagnosed again. 0: every alarm is diagnosed.",
        ge=0,
        le=1440,
    )
    alarm_settle: float = _setting(
        30.0,
        "VPCLINK_ALARM_SETTLE",
        expected="seconds from 0 to 900",
        description="Seconds for which an alarm must stay OK until its recovery is told. An alarm that rings again by "
        "then has not recovered.",
        ge=0,
        le=900,
    )
    alarm_channel: str = _setting(
        "",
        "VPCLINK_ALARM_CHANNEL",
        expected="the id of a channel, such as C0123456789",
        description="The channel in which vpclink posts alarms that come without a Slack relay, from "
        "VPCLINK_ALARM_QUEUES or VPCLINK_ALARM_TOPICS.",
        pattern=r"^[CG][A-Z0-9]{5,}$",
    )
    alarm_queues: tuple[str, ...] = _setting(
        (),
        "VPCLINK_ALARM_QUEUES",
        expected="the URLs of SQS queues, separated by commas",
        description="SQS queues that are subscribed to the SNS topic of your alarms, by their URLs. `vpclink serve` "
        "polls them.",
    )
    alarm_topics: tuple[str, ...] = _setting(
        (),
        "VPCLINK_ALARM_TOPICS",
        expected="the ARNs of SNS topics, separated by commas",
        description="SNS topics that may deliver alarms over HTTPS to POST /sns/alarms, by their ARNs. Subscriptions "
        "of these topics are confirmed, and of no others.",
    )
    probe: str = _setting(
        "",
        "VPCLINK_PROBE",
        expected="local, or lambda: and the name or ARN of the probe function",
        description="Where the button Probe now probes from: `local`, where vpclink itself runs inside the VPC, or "
        "`lambda:NAME`, the probe function there; `{account}` and `{region}` in the name stand for those of the API. "
        "Where it is not set, the button says what to install.",
        pattern=r"^(local|lambda:[A-Za-z0-9:_{}-]{1,200})$",
    )
    templates: Path | None = _setting(
        None,
        "VPCLINK_TEMPLATES",
        expected="an existing folder",
        description="Folder of your own templates. A file in it replaces ours of the same name; the others stay.",
    )
    log_level: LogLevel = _setting(
        "INFO",
        "VPCLINK_LOG_LEVEL",
        expected="DEBUG, INFO, WARNING or ERROR",
        description="How much is logged. Log lines are JSON objects on standard error.",
    )
    retention_days: int = _setting(
        30,
        "VPCLINK_RETENTION_DAYS",
        expected="days from 1 to 3650",
        description="Days for which runs, reports and evidence are kept. Buttons of older reports say so.",
        ge=1,
        le=3650,
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, for_slack: bool = True) -> Settings:
        """Read the settings; `for_slack` also asks for what serving Slack needs. Set to nothing counts as unset.

        SettingsError names everything that is missing or wrong.
        """
        return _load(environment, for_slack=for_slack)

    @field_validator("regions", "alarm_queues", "alarm_topics", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(part for part in re.split(r"[\s,]+", value) if part) if isinstance(value, str) else value

    @field_validator("regions", "alarm_queues", "alarm_topics")
    @classmethod
    def _formed(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not all(_LISTS[str(info.field_name)].match(part) for part in value):
            raise ValueError("not of this form")
        return value

    @property
    def alarm_regions(self) -> tuple[str, ...]:
        """Where an alarm is looked for whose message names no region."""
        return self.regions or ((self.default_region,) if self.default_region else ())

    @property
    def socket_mode(self) -> bool:
        """Whether to connect out by Socket Mode instead of serving HTTP."""
        return bool(self.slack_app_token.get_secret_value())

    @property
    def on_aws(self) -> bool:
        """Whether jobs and reports are kept in Amazon SQS and DynamoDB."""
        return bool(self.queue_url)

    @property
    def port_is_set(self) -> bool:
        """Whether the port was chosen by somebody and is not the default."""
        return "port" in self.model_fields_set


def _load(environment: Mapping[str, str], *, for_slack: bool) -> Settings:
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    given = _upper(given, "VPCLINK_LOG_LEVEL")
    problems: list[str] = []
    settings = Settings()
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += dict.fromkeys(_wrong(issue["loc"], given) for issue in error.errors())
    problems += _wrong_tokens(given)
    problems += _alone(given)
    if for_slack:
        problems += _missing(given)
    if settings.templates is not None and not settings.templates.is_dir():
        problems.append(_wrong(("VPCLINK_TEMPLATES",), given))
    if (settings.alarm_queues or settings.alarm_topics) and not settings.alarm_channel:
        problems.append("VPCLINK_ALARM_CHANNEL: missing; expected the id of the channel to post alarms in")
    if settings.alarm_topics and settings.socket_mode and not settings.port_is_set:
        problems.append("PORT: missing; expected the port on which SNS reaches vpclink, for VPCLINK_ALARM_TOPICS")
    if problems:
        raise SettingsError(problems)
    return settings


def variables() -> list[tuple[str, str, str]]:
    """The settings as rows for the documentation: variable (a setting's first), default, description."""
    rows = []
    for field in Settings.model_fields.values():
        names = _names(field.validation_alias)
        default = "" if _extra(field)["secret"] or field.default in {None, ()} else str(field.default)
        rows.append((names[0], default, field.description or ""))
    return rows


def _upper(given: dict[str, str], name: str) -> dict[str, str]:
    return {**given, name: given[name].upper()} if name in given else given


def _names(alias: object) -> list[str]:
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else []


def _extra(field: Any) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _wrong(location: tuple[int | str, ...], given: Mapping[str, str]) -> str:
    """The line about a variable whose value cannot be used. A secret's value is not shown."""
    for field in Settings.model_fields.values():
        names = _names(field.validation_alias)
        if location[0] in names:
            name = next((n for n in names if n in given), names[0])
            extra = _extra(field)
            got = "" if extra["secret"] else f", got {given.get(name, '')!r:.80}"
            return f"{name}: expected {extra['expected']}{got}"
    return f"{location[0]}: not understood"


_BEGINNINGS = {"SLACK_BOT_TOKEN": ("xoxb-", "xoxe.xoxb-"), "SLACK_APP_TOKEN": ("xapp-",)}


def _wrong_tokens(given: Mapping[str, str]) -> list[str]:
    """Slack's tokens tell by their beginnings what they are; the two are easily swapped."""
    return [
        _wrong((name,), given)
        for name, beginnings in _BEGINNINGS.items()
        if name in given and not given[name].startswith(beginnings)
    ]


def _alone(given: Mapping[str, str]) -> list[str]:
    """Queue and table are one choice."""
    pair = ("VPCLINK_QUEUE_URL", "VPCLINK_TABLE")
    if sum(name in given for name in pair) != 1:
        return []
    missing, present = sorted(pair, key=lambda name: name in given)
    return [f"{missing}: missing; expected it together with {present}, because jobs are kept in both"]


def _missing(given: Mapping[str, str]) -> list[str]:
    problems = []
    if "SLACK_BOT_TOKEN" not in given:
        problems.append("SLACK_BOT_TOKEN: missing; expected the bot token, which begins with xoxb-")
    if "SLACK_APP_TOKEN" not in given and "SLACK_SIGNING_SECRET" not in given:
        problems.append(
            "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: one is missing; expected an app-level token (xapp-…) for Socket "
            "Mode, or the signing secret for the HTTP server"
        )
    return problems
