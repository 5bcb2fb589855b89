"""The code of every fix in the library can be pasted: it parses, and its types and names exist."""

from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis.fix_code import cloudformation, terraform
from tests.scenarios.library import scenarios

IN_WORDS = {"CTX-01", "DEP-01", "DEP-02", "INT-01", "LOG-01", "LOG-03", "LOG-04", "POL-01", "TLS-07", "TMO-01"}
"""Codes of the checks whose fixes still tell these forms in words."""


def test_every_fix_of_the_library_can_be_pasted():
    findings = [f for scenario in scenarios() for f in report(scenario.evidence).findings if f.fix]
    fixes = {(f.check, f.fix.terraform, f.fix.cloudformation) for f in findings if f.check not in IN_WORDS}
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


def test_the_checks_in_words_exist():
    assert set(by_code()) >= IN_WORDS
