"""Writes what is generated from the checks, documentation and policy: `python -m bot.docs`, and `--check` in lint."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr

from bot.diagnosis.article import ARTICLE
from bot.diagnosis.check import Check, page
from bot.diagnosis.checks import all_checks
from bot.diagnosis.policy import actions, policy_json, queue_policy_json, statements
from bot.manifest import SCOPES
from bot.member_role import template
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_POLICY = ("<!-- generated: policy -->", "<!-- end of generated -->")
_ROLE = ("# generated: policy\n", "                # end of generated policy")
_QUEUE_POLICY = ("<!-- generated: queue policy -->", "<!-- end of generated -->")
_SCOPES = ("<!-- generated: scopes -->", "<!-- end of generated scopes -->")
_SETTINGS = ("<!-- generated: settings -->", "<!-- end of generated settings -->")


def checks_page() -> str:
    """Return `docs/checks.md`."""
    checks = all_checks()
    lines = [
        "# The checks",
        "",
        f"vpclink knows {len(checks)} faults. Each one is a file under `bot/diagnosis/checks/`, and this page is",
        "generated from those files by `make docs`. `vpclink explain CODE` prints a check's page in the terminal.",
        "",
        "| check | fault | what is healthy | hop | since |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| [{c.code}](#{c.code.lower()}) | {c.name} | {c.title} | {c.hop} | {c.since} |" for c in checks]
    lines += ["", "## From the AWS article to the checks", ""]
    lines += [
        "AWS's article on HTTP 500 with VPC links names these causes and steps; the checks that cover them:",
        "",
        "| the article says | checks |",
        "|---|---|",
    ]
    lines += [f"| {said} | {', '.join(_linked(code) for code in codes)} |" for said, codes in ARTICLE]
    for check in checks:
        lines += ["", *_section(check)]
    return "\n".join(lines) + "\n"


def _linked(code: str) -> str:
    known = {check.code for check in all_checks()}
    return f"[{code}](#{code.lower()})" if code in known else code


def _section(check: Check[Any]) -> Iterator[str]:
    yield f"## {check.code}"
    yield ""
    yield f"**{check.name}** · {check.hop} · {check.role} · since {check.since}"
    for heading, body in page(check).items():
        yield ""
        yield body if heading == "What" else f"*{heading}.* {body[:1].upper()}{body[1:]}"
    actions = sorted({action for source in check.needs for action in (source.action, *source.also)})
    yield ""
    yield f"*Reads.* {', '.join(f'`{action}`' for action in actions)}"
    if check.signatures:
        yield ""
        yield f"*Log signatures that confirm it.* {', '.join(sorted(check.signatures, key=lambda x: (len(x), x)))}"
    if check.explains:
        yield ""
        yield f"*Explains.* {', '.join(_linked(code) for code in check.explains)}"


def readme(text: str) -> str:
    """Return the README with the current policy and settings between their markers."""
    text = _between(text, _POLICY, f"```json\n{policy_json()}```")
    return _between(text, _SETTINGS, settings_table())


def serverless(text: str) -> str:
    """Return serverless.yml with the current policy in the worker's role."""
    before, begin, rest = text.partition(_ROLE[0])
    _, end, after = rest.partition(_ROLE[1])
    lines = [line for statement in statements(actions()) for line in _yaml_item(statement)]
    return before + begin + "".join(f"{' ' * 16}{line}\n" for line in lines) + end + after


def _yaml_item(statement: Mapping[str, Any]) -> Iterator[str]:
    """A policy statement as an item of a YAML list."""
    for number, (name, value) in enumerate(statement.items()):
        first = "  " if number else "- "
        if isinstance(value, str):
            yield f"{first}{name}: {json.dumps(value) if value == '*' else value}"
        else:
            yield f"{first}{name}:"
            yield from (f"    - {item}" for item in value)


def settings_table() -> str:
    """Return the settings as a table, from the fields that read them."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        choices = field.validation_alias
        names = [str(name) for name in choices.choices] if isinstance(choices, AliasChoices) else []
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = f"`{default}`" if default not in {None, "", ()} else ""
        rows.append(f"| {', '.join(f'`{name}`' for name in names)} | {shown} | {field.description} |")
    return "\n".join(rows)


def slack_page(text: str) -> str:
    """Return `docs/slack.md` with the scopes of the Slack app, and the reason for each, between their markers."""
    rows = [f"| `{scope}` | {reason} |" for scope, reason in sorted(SCOPES.items())]
    return _between(text, _SCOPES, "\n".join(["| scope | to |", "|---|---|", *rows]))


def _between(text: str, markers: tuple[str, str], body: str) -> str:
    before, _, rest = text.partition(markers[0])
    _, _, after = rest.partition(markers[1])
    return f"{before}{markers[0]}\n{body}\n{markers[1]}{after}"


def _files() -> dict[Path, str]:
    files = {ROOT / "docs/checks.md": checks_page(), ROOT / "docs/member-role.yml": template()}
    path = ROOT / "README.md"
    files[path] = readme(path.read_text(encoding="utf-8"))
    path = ROOT / "serverless.yml"
    files[path] = serverless(path.read_text(encoding="utf-8"))
    alarms = ROOT / "docs/alarms.md"
    files[alarms] = _between(alarms.read_text(encoding="utf-8"), _QUEUE_POLICY, f"```json\n{queue_policy_json()}```")
    slack = ROOT / "docs/slack.md"
    files[slack] = slack_page(slack.read_text(encoding="utf-8"))
    return files


def main(arguments: list[str]) -> int:
    """Write the files; with `--check`, only say which ones are out of date (exit status 1)."""
    files = _files()
    stale = [p for p, text in files.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(files[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
