"""ACC-01: API Gateway reports an error of the VPC link itself, inside AWS."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.path_requests import PathRequests, by_path, citations, has_log, moment, others
from bot.diagnosis.request_log import RequestLog
from bot.diagnosis.resources import ServiceEvent
from bot.diagnosis.sources import ACCESS_LOG, EXECUTION_LOG, SERVICE_EVENTS
from bot.language import _

LINK_ERROR = "E8"
_LINK_SERVICES = {"APIGATEWAY", "VPC", "ELASTICLOADBALANCING"}


class LinkErrorInsideAws(Check[PathRequests]):
    """API Gateway reports an error of the VPC link itself.

    Why: "Execution failed due to an vpc link error" comes now and then although link, load balancer and targets are in
    order. It was traced to AWS's own side; only AWS Support sees more.
    How we decide: such an error alone warns, as an isolated event inside AWS. With an operational issue of API Gateway,
    VPC or Elastic Load Balancing that AWS Health holds open in the region since before the error, it fails. AWS Health
    answers only with a Business support plan or a higher one; without it, the error alone counts.
    How to fix: open a case at AWS Support with the extended request id and the time in UTC; let clients repeat the
    request meanwhile.
    References: AWS: AWS Health API reference DescribeEvents, api-gateway-variables-for-access-logging.
    """

    code = "ACC-01"
    title = "API Gateway reports no error of the VPC link itself"
    hop = Hop.VPC_LINK
    needs = (EXECUTION_LOG, ACCESS_LOG, SERVICE_EVENTS)
    signatures = frozenset({LINK_ERROR})
    warning_signatures = frozenset({LINK_ERROR})
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[PathRequests]:
        """Every path with its failing requests."""
        return by_path(walk)

    def judge(self, subject: PathRequests, walk: Walk) -> Iterator[Finding]:
        """Judge the log, then what AWS Health says."""
        path = subject.path
        link_id = path.link.id or path.resource
        found = subject.showing(LINK_ERROR) or subject.maybe_showing(LINK_ERROR)
        if found:
            yield self._link_error(link_id, found, subject, walk)
        elif has_log(walk):
            summary = _("No error of VPC link {link} itself is logged.", link=link_id)
            yield self.passed(link_id, summary, subject=subject)
        else:
            summary = _(
                "No log of stage {stage} tells whether VPC link {link} itself has errors.",
                stage=path.stage.name,
                link=link_id,
            )
            yield self.undecided(link_id, summary, subject=subject)

    def _link_error(self, link_id: str, found: tuple[RequestLog, ...], subject: PathRequests, walk: Walk) -> Finding:
        every = subject.requests if subject.showing(LINK_ERROR) else subject.unplaced
        summary = _(
            "{count} of the {all} newest failing request(s) met an error of VPC link {link} inside AWS{others}, "
            "the newest at {moment}.",
            count=len(found),
            all=len(every),
            link=link_id,
            others=others(every, LINK_ERROR),
            moment=moment(found[0]),
        )
        cited, fix = [*citations(found, walk), *_extended_ids(found)], _fix(found)
        events = _open_events(walk)
        issues = [x for x in events or () if _is_issue(x) and (x.started is None or x.started <= found[0].at)]
        if issues:
            issue = _("AWS Health holds an operational issue open: {issue}.", issue=issues[0].type_code)
            cited += [self.cite(SERVICE_EVENTS, x.arn, "eventTypeCode", x.type_code) for x in issues[:3]]
            return self.failed(link_id, f"{summary} {issue}", cited, fix, subject=subject)
        if events is None:
            health = _("AWS Health could not be read (it needs a Business support plan).")
        else:
            health = _("AWS Health holds no operational issue open for it.")
        return self.warned(link_id, f"{summary} {health}", cited, fix, subject=subject)


def _open_events(walk: Walk) -> tuple[ServiceEvent, ...] | None:
    try:
        return walk.evidence.get(SERVICE_EVENTS, "") or ()
    except MissingEvidence:  # Optional: most accounts have no support plan that answers, and the log stands by itself.
        return None


def _is_issue(event: ServiceEvent) -> bool:
    """Notifications and planned changes are open events too, and no reason for an error."""
    code = event.type_code.upper()
    return code.endswith(("OPERATIONAL_ISSUE", "_API_ISSUE")) and event.service.upper() in _LINK_SERVICES


def _extended_ids(requests: tuple[RequestLog, ...]) -> list[Citation]:
    ids = [(x, x.explanation.fields.get("extended_request_id", "")) for x in requests[:3]]
    return [
        Citation(source=EXECUTION_LOG.call, resource=x.request_id or "", field="extendedRequestId", value=found)
        for x, found in ids
        if found
    ]


def _fix(requests: tuple[RequestLog, ...]) -> Fix:
    newest = requests[0]
    extended = newest.explanation.fields.get("extended_request_id", "")
    request_id, at = newest.request_id or "REQUEST_ID", moment(newest)
    named = f"extendedRequestId {extended}" if extended else f"request id {request_id}"
    return Fix(
        summary=_(
            "Open a case at AWS Support with extendedRequestId {id} and the time {moment}.", id=extended, moment=at
        )
        if extended
        else _("Open a case at AWS Support with request id {id} and the time {moment}.", id=request_id, moment=at),
        cli=(
            "aws support describe-services --query \"services[?contains(name, 'API Gateway')].[code,categories]\"",
            "aws support create-case --service-code CODE --category-code CATEGORY --severity-code SEVERITY "
            "--subject 'API Gateway: vpc link error' --communication-body "
            f"'Execution failed due to an vpc link error: {named}, {at}'",
        ),
        console=_("Support Center › Create case › Technical › API Gateway."),
        steps=(
            _("See how often it happens: a single one needs no more than that the client repeats the request."),
            _("Add $context.extendedRequestId to the access log, if the case needs it and it is not logged."),
            _("Open the case with the extended request id and the time in UTC."),
        ),
    )
