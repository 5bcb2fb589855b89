"""What changed between two reports of one request. Pure.

A fault that could not be read again is not fixed: it is unseen. A fault whose resource is no longer on the path is
fixed, as far as this path goes. Symptoms, such as failing requests in the log, are no faults: they are the past.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.model import Cause, Finding, Report, Status
from bot.diagnosis.sources import PROBE


@dataclass(frozen=True)
class Fault:
    """One fault of one resource, as the later of the two reports tells it where both do."""

    check: str
    resource: str
    summary: str


@dataclass(frozen=True)
class Difference:
    """The faults of two reports, sorted by what became of them, each in the order of its report."""

    fixed: tuple[Fault, ...]
    new: tuple[Fault, ...]
    still: tuple[Fault, ...]
    unseen: tuple[Fault, ...]

    @property
    def same(self) -> bool:
        """Whether the later report has the faults of the earlier one, all of them and no others."""
        return not (self.fixed or self.new or self.unseen)


def difference(before: Report, after: Report) -> Difference:
    """Compare an earlier report with a later one."""
    earlier, later = _faults(before), _faults(after)
    gone = [fault for key, fault in earlier.items() if key not in later]
    unseen = [fault for fault in gone if _unknown_in(after, fault) or _only_probed(before, after, fault)]
    return Difference(
        fixed=tuple(fault for fault in gone if fault not in unseen),
        new=tuple(fault for key, fault in later.items() if key not in earlier),
        still=tuple(fault for key, fault in later.items() if key in earlier),
        unseen=tuple(unseen),
    )


def _faults(report: Report) -> dict[tuple[str, str], Fault]:
    """The failing findings and the possible causes, the causes first."""
    symptoms = {code for code, check in by_code().items() if check.role is Role.SYMPTOM}
    failing: Iterable[Finding] = (
        finding for finding in report.findings if finding.status is Status.FAIL and finding.check not in symptoms
    )
    told: tuple[Cause | Finding, ...] = (*report.verdict.causes, *failing)
    found: dict[tuple[str, str], Fault] = {}
    for one in told:
        found.setdefault((one.check, one.resource), Fault(one.check, one.resource, one.summary))
    return found


def _only_probed(before: Report, after: Report, fault: Fault) -> bool:
    """Whether a probe had shown this fault, and nobody has probed since."""
    if after.probes or not before.probes:
        return False
    found = [x for x in before.findings if (x.check, x.resource) == (fault.check, fault.resource)]
    return any(citation.source == PROBE.call for finding in found for citation in finding.citations)


def _unknown_in(report: Report, fault: Fault) -> bool:
    """Whether the check says of this resource, or of all that it could not even find, that it does not know."""
    about = [finding for finding in report.findings if finding.check == fault.check]
    own = [finding for finding in about if finding.resource == fault.resource]
    return any(finding.status is Status.UNKNOWN for finding in (own or about))
