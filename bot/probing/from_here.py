"""`vpclink diagnose … --probe`: the path's addresses, tried from the host that the command runs on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.diagnosis.evidence import Evidence
from bot.language import _, marked
from bot.probing.order import prepared, with_results
from bot.probing.vantage import CannotProbeError, LocalVantage


def probed_from_here(evidence: Evidence, tell: Callable[[str], None]) -> Evidence:
    """Return evidence with what this host sees; where nothing can be probed, `tell` why, and go on without."""
    vantage, order = LocalVantage(marked("this host")), prepared(evidence)
    for one in order.left_out:
        tell(_("not probed: {place}", place=one))
    if order.order is None:
        tell(_("nothing was probed. {reason}", reason=order.why_none))
        return evidence
    try:
        results = vantage.probe_now(order.order)
    except CannotProbeError as error:
        tell(_("nothing was probed. {reason}", reason=error))
        return evidence
    return with_results(evidence, order.targets, results, at=datetime.now(UTC), seen_from=vantage.name)
