"""The code of every fix in the library can be pasted: it parses, and its types and names exist."""

from bot.diagnosis.engine import report
from tests.diagnosis.fix_code import cloudformation, terraform
from tests.scenarios.library import scenarios


def test_every_fix_of_the_library_can_be_pasted():
    findings = [f for scenario in scenarios() for f in report(scenario.evidence).findings if f.fix]
    fixes = {(f.check, f.fix.terraform, f.fix.cloudformation) for f in findings}
    assert fixes
    assert [said for fix in sorted(fixes) for said in _faults(*fix)] == []


def _faults(check: str, hcl: str, yaml: str) -> list[str]:
    found = []
    for read, text in ((terraform, hcl), (cloudformation, yaml)):
        try:
            read(text)
        except Exception as error:  # noqa: BLE001 - every fault is told, whatever the parser calls it
            found.append(f"{check}: {type(error).__name__}: {error}\n{text}")
    return found
