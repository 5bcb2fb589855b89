"""VPL-04: a VPC link of the second generation that is not AVAILABLE."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.keep_warm import daily_request
from bot.diagnosis.checks.vpc_link.link_v2_commands import replace, status_command
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV2
from bot.diagnosis.sources import VPC_LINK_V1, VPC_LINK_V2
from bot.language import _, marked

_MEANING = {
    "INACTIVE": marked(
        "It had no traffic for 60 days, so its network interfaces were removed; the first requests wake it up and fail "
        "for some minutes."
    ),
    "FAILED": marked("It cannot be repaired."),
    "DELETING": marked("It is being deleted."),
    "PENDING": marked("Its network interfaces are being made, which takes some minutes."),
}


class VpcLinkV2NotAvailable(Check[LinkHop]):
    """The VPC link of the second generation is not AVAILABLE.

    Why: such a link sends requests over network interfaces of its own in your VPC. A link that is PENDING, DELETING or
    FAILED has none that serve. One without traffic for 60 days becomes INACTIVE: its interfaces are removed, and come
    back only some minutes after new requests.
    How we decide: AVAILABLE passes, PENDING warns, INACTIVE, FAILED and DELETING fail. A status that we do not know is
    unknown. Links of the first generation are never INACTIVE; VPL-03 judges them.
    How to fix: send requests to an INACTIVE link until it is AVAILABLE, and keep it warm with a request now and then. A
    FAILED link must be replaced, because its subnets and security groups cannot be changed.
    References: AWS: apigateway-vpc-links-v2, API reference VpcLink (version 2).
    """

    code = "VPL-04"
    title = "VPC link (second generation) is AVAILABLE"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V2, VPC_LINK_V1)
    signatures = frozenset({"E1", "E7", "E10"})
    warning_signatures = frozenset({"E1", "E7", "E10"})
    explains = ("VPL-05",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge the link's status."""
        link = subject.link
        if not isinstance(link, VpcLinkV2):
            resource = subject.id or subject.path.resource
            summary = _("No VPC link of the second generation stands here.")
            yield self.not_applicable(resource, summary, subject=subject)
            return
        citations = [self.cite(VPC_LINK_V2, link.id, "VpcLinkStatus", link.status)]
        if link.status_message:
            citations.append(self.cite(VPC_LINK_V2, link.id, "VpcLinkStatusMessage", link.status_message))
        status = link.status.upper()
        summary = _summary(link, status)
        if status == "AVAILABLE":
            yield self.passed(link.id, summary, subject=subject)
        elif status == "PENDING":
            yield self.warned(link.id, summary, citations, _wait(link), subject=subject)
        elif status == "INACTIVE":
            yield self.failed(link.id, summary, citations, _wake(link, subject), subject=subject)
        elif status in {"FAILED", "DELETING"}:
            yield self.failed(link.id, summary, citations, replace(link, subject.path), subject=subject)
        else:
            summary = _(
                "VPC link {link} has a status that we do not know: {status}.",
                link=link.id,
                status=link.status or _("none"),
            )
            yield self.undecided(link.id, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The link is AVAILABLE: woken up, or what a new link will be."""
        link = walk.evidence.get(VPC_LINK_V2, finding.resource)
        if link is None:
            return None
        available = link.model_copy(update={"status": "AVAILABLE", "status_message": ""})
        return walk.evidence.with_value(VPC_LINK_V2, finding.resource, available)


def _summary(link: VpcLinkV2, status: str) -> str:
    said = [_("VPC link {link} is {status}.", link=link.id, status=status)]
    if status in _MEANING:
        said.append(_(_MEANING[status]))
        if link.status_message:
            said.append(_("AWS says: {message}.", message=link.status_message.rstrip(".")))
    return " ".join(said)


def _wait(link: VpcLinkV2) -> Fix:
    return Fix(
        summary=_("Wait until the link is AVAILABLE, then run this again."),
        cli=(status_command(link),),
        console=_("API Gateway › VPC links › the link: its status."),
    )


def _wake(link: VpcLinkV2, hop: LinkHop) -> Fix:
    path = hop.path
    stage = "" if path.stage.name == "$default" else f"/{path.stage.name}"
    url = f"https://{path.api.id}.execute-api.{hop.evidence.request.region}.amazonaws.com{stage}/PATH"
    cloudformation, terraform = daily_request(url)
    return Fix(
        summary=_("Send requests until the link is AVAILABLE; it heals itself, so do not replace it."),
        cli=(f"curl -sS -o /dev/null -w '%{{http_code}}\\n' {url}   # repeat for some minutes", status_command(link)),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › VPC links › the link: its status."),
        steps=(
            _("Send a request; it wakes the link up."),
            _("Repeat until the link is AVAILABLE, which takes some minutes."),
            _("Keep it warm: a request on a schedule, more often than every 60 days."),
        ),
    )
