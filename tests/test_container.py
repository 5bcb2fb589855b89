"""The Dockerfile. No engine builds it here: it is linted, and what it copies is run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
INSTRUCTIONS = [line.split(None, 1) for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
LAST_STAGE = INSTRUCTIONS[max(i for i, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def every(name: str, instructions=INSTRUCTIONS) -> list[str]:
    return [rest for one, rest in instructions if one == name]


def copied() -> list[str]:
    """What is copied from the project, not from a stage before."""
    return [name for rest in every("COPY") if "--from" not in rest for name in rest.split()[:-1]]


def test_a_linter_has_nothing_to_say():
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed here")
    linted = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)  # noqa: S603 - our own linter
    assert (linted.returncode, linted.stdout) == (0, "")


def test_every_base_is_slim_and_pinned_to_a_version():
    for base in every("FROM"):
        assert re.fullmatch(r"python:3\.\d+-slim-\w+( AS \w+)?", base), base


def test_it_runs_as_somebody_who_is_not_root():
    (user,) = every("USER", LAST_STAGE)
    assert all(int(number) >= 10_000 for number in user.split(":"))


def test_every_package_is_checked_against_its_hash():
    installs = [rest for rest in every("RUN") if "pip install" in rest]
    assert installs
    assert all("--require-hashes" in install for install in installs)


def test_no_secret_and_no_setting_that_belongs_to_a_workspace_stands_in_it():
    for rest in [*every("ENV"), *every("ARG")]:
        assert not re.search(r"(SLACK|AWS)_\w+=|xox|SECRET|TOKEN", rest), rest


def test_what_is_copied_exists_and_is_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied()) == kept
    assert all((ROOT / name).exists() for name in copied())


def test_what_is_copied_runs(tmp_path):
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("demo", "__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    entry = json.loads(every("ENTRYPOINT")[-1])
    command = [sys.executable, *entry[1:], "serve"]
    environment = {"PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(  # noqa: S603 - our own program
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2  # it says which settings are missing
    assert "SLACK_BOT_TOKEN: missing" in ran.stderr


def test_the_health_check_asks_a_path_that_the_server_has():
    from handlers.web import LIVE_PATH

    (check,) = every("HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    compile(command[-1], "HEALTHCHECK", "exec")
    assert f'{{os.environ["PORT"]}}{LIVE_PATH}' in command[-1]
    assert "PORT=" in " ".join(every("ENV", LAST_STAGE))
