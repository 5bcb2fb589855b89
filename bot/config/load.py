"""Reads the configuration: a TOML file, or the environment for one account. Errors name file, key and expectation."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from bot.config.model import ROLE_ARN, Config
from bot.settings import Settings, SettingsError

FROM_ENVIRONMENT: Final = "default"
"""The name of the account that the environment describes."""
_REFERENCE: Final = "env:"
_OWN_ERRORS: Final = frozenset({"value_error"})
_SECRET: Final = "external_id"  # noqa: S105 - the key whose value is secret, not a value


def load(settings: Settings, environment: Mapping[str, str]) -> Config:
    """The configuration of VPCLINK_CONFIG; without it, of VPCLINK_ROLE_ARN and VPCLINK_EXTERNAL_ID; else an empty one.

    `environment` is what `env:VARIABLE` means. SettingsError names everything that is wrong; never an external id.
    """
    file = settings.config_file
    if file is None:
        return _of_environment(settings)
    if settings.role_arn:
        raise SettingsError(["VPCLINK_ROLE_ARN: expected either this variable or VPCLINK_CONFIG, got both"])
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"VPCLINK_CONFIG: expected a TOML file, got {file}: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file}: expected TOML: {error}"]) from error
    problems = _put_references(values, environment)
    return _validated(values, str(file), problems)


def _of_environment(settings: Settings) -> Config:
    external_id = settings.external_id.get_secret_value() if settings.external_id else ""
    role = settings.role_arn or ""
    if not role:
        if external_id:
            raise SettingsError(["VPCLINK_ROLE_ARN: missing; expected the role that VPCLINK_EXTERNAL_ID belongs to"])
        return Config()
    match = ROLE_ARN.match(role)
    if match is None:
        expected = "the ARN of a role, such as arn:aws:iam::111122223333:role/vpclink-readonly"
        raise SettingsError([f"VPCLINK_ROLE_ARN: expected {expected}, got {role!r:.80}"])
    account: dict[str, Any] = {"id": match["account"], "role_arn": role}
    account |= {_SECRET: external_id} if external_id else {}
    return _validated({"accounts": {FROM_ENVIRONMENT: account}}, "VPCLINK_ROLE_ARN, VPCLINK_EXTERNAL_ID", [])


def _put_references(values: dict[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Replace `env:VARIABLE` of external ids by the variable's value; returns what is missing, by key."""
    problems = []
    accounts = values.get("accounts")
    for name, account in accounts.items() if isinstance(accounts, dict) else ():
        reference = account.get(_SECRET) if isinstance(account, dict) else None
        if not isinstance(reference, str) or not reference.startswith(_REFERENCE):
            continue
        variable = reference.removeprefix(_REFERENCE)
        value = environment.get(variable, "").strip()
        if value:
            account[_SECRET] = value
        else:
            del account[_SECRET]
            problems.append(f"accounts.{name}.{_SECRET}: expected the variable {variable} to be set")
    return problems


def _validated(values: dict[str, Any], source: str, problems: list[str]) -> Config:
    config = Config()
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        # Pydantic's own text is not used: it shows whatever was given.
        problems += [_problem(issue["loc"], issue) for issue in error.errors(include_context=False, include_url=False)]
    if problems:
        raise SettingsError([f"{source}: {problem}" for problem in dict.fromkeys(problems)])
    return config


def _problem(location: Sequence[int | str], issue: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in location if part != "[key]")
    if issue["type"] in _OWN_ERRORS:
        text = str(issue["msg"]).removeprefix("Value error, ")
        return f"{key}: {text}" if key else text
    if issue["type"] == "extra_forbidden":
        table = _field_expected(Config, location[:-1])[1]
        known = f"one of {', '.join(table.model_fields)}" if table else "no such key"
        return f"{key}: expected {known}"
    expected = _field_expected(Config, location)[0]
    # Never a whole table: it may hold an external id.
    tellable = _SECRET not in location and isinstance(issue["input"], str | int | float)
    got = f", got {issue['input']!r:.80}" if tellable else ""
    return f"{key}: {'missing; ' if issue['type'] == 'missing' else ''}expected {expected}{got}"


def _field_expected(model: type[BaseModel], location: Iterable[int | str]) -> tuple[str, type[BaseModel] | None]:
    """What was expected at a place of the file, and the table that stands there, if it is one."""
    expected, table = "what the documentation shows", model
    current: type[BaseModel] | None = table
    for part in location:
        field = current.model_fields.get(str(part)) if current else None
        if field is not None:
            extra = field.json_schema_extra
            expected = str(extra["expected"]) if isinstance(extra, dict) else expected
            current = _table_in(field.annotation)
    return expected, current


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table behind an annotation such as `Mapping[Name, Account]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = getattr(annotation, "__args__", ())
    return next((found for one in inner if (found := _table_in(one))), None)
