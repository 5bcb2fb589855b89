"""What the tests of the deployment need beside Python: `python -m tests.deploy.tools` gets it, as `make test` does.

ministack, a local AWS that runs Lambda functions, pins its own botocore: it lives in a folder of its own, with
cfn-lint beside it. osls, which deploys, is an npm package.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MINISTACK = ROOT / ".venv-ministack"
MINISTACK_PYTHON = MINISTACK / "bin/python"
CFN_LINT = MINISTACK / "bin/cfn-lint"
OSLS = ROOT / "node_modules/.bin/osls"
_MINISTACK_READY = MINISTACK / ".ready"
_OSLS_READY = ROOT / "node_modules/.ready"
_MINISTACK_PINS = ROOT / "tests/deploy/requirements.txt"
_OSLS_PINS = ROOT / "package-lock.json"


def missing() -> str:
    """Why the deployment cannot be tested here, after trying to get what is missing; empty where it can."""
    return _osls() or _ministack()


def _osls() -> str:
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm on the PATH: install Node.js 20.19 or newer"
    if _is_newer(_OSLS_READY, _OSLS_PINS):
        return ""
    return _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", ready=_OSLS_READY)


def _ministack() -> str:
    if _is_newer(_MINISTACK_READY, _MINISTACK_PINS):
        return ""
    made = _run(sys.executable, "-m", "venv", "--clear", str(MINISTACK))
    pip = (str(MINISTACK_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    return made or _run(*pip, "-r", str(_MINISTACK_PINS), ready=_MINISTACK_READY)


def _is_newer(ready: Path, pins: Path) -> bool:
    return ready.exists() and ready.stat().st_mtime >= pins.stat().st_mtime


def _run(*command: str, ready: Path | None = None) -> str:
    """Why the command failed; empty where it did not, and then `ready` is there."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        return f"{' '.join(command)} failed (is there a network?): {done.stderr.strip()[-500:]}"
    if ready is not None:
        ready.touch()
    return ""


if __name__ == "__main__":
    if problem := missing():
        print(f"THE DEPLOYMENT WILL NOT BE TESTED: {problem}", file=sys.stderr)
