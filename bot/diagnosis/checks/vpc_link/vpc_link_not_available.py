"""VPL-03: a VPC link of the first generation that is not AVAILABLE."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.link_v1_commands import recreate
from bot.diagnosis.checks.vpc_link.new_link import with_new_link
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import VpcLinkV1
from bot.diagnosis.sources import VPC_LINK_V1, VPC_LINK_V2
from bot.language import _


class VpcLinkNotAvailable(Check[LinkHop]):
    """The VPC link is not AVAILABLE.

    Why: API Gateway sends a private integration's requests through the VPC link. While the link is PENDING, DELETING
    or FAILED there is no way into the VPC, and every request ends in HTTP 500.
    How we decide: AVAILABLE passes, PENDING warns (a new link takes two to ten minutes), FAILED and DELETING fail. A
    status that we do not know is unknown. AVAILABLE says nothing about what stands behind the link.
    How to fix: a FAILED link cannot be repaired. Create a new one, point the integration at it, deploy, delete the old.
    References: AWS: set-up-api-with-vpclink-cli, API reference VpcLink.
    """

    code = "VPL-03"
    title = "VPC link (first generation) is AVAILABLE"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V1, VPC_LINK_V2)
    signatures = frozenset({"E1", "E7"})
    warning_signatures = frozenset({"E1", "E7"})
    explains = ("VPL-06", "VPL-07")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge the link's status."""
        link = subject.link
        if not isinstance(link, VpcLinkV1):
            resource = subject.id or subject.path.resource
            summary = _("No VPC link of the first generation stands here.")
            yield self.not_applicable(resource, summary, subject=subject)
            return
        citations = [self.cite(VPC_LINK_V1, link.id, "status", link.status)]
        if link.status_message:
            citations.append(self.cite(VPC_LINK_V1, link.id, "statusMessage", link.status_message))
        message = link.status_message.rstrip(".")
        status = link.status.upper()
        if status == "AVAILABLE":
            yield self.passed(link.id, _("VPC link {link} is AVAILABLE.", link=link.id), subject=subject)
        elif status == "PENDING":
            summary = _("VPC link {link} is still PENDING.", link=link.id)
            if message:
                summary = _("VPC link {link} is still PENDING: {message}.", link=link.id, message=message)
            summary += " " + _("A new link takes up to ten minutes.")
            yield self.warned(link.id, summary, citations, _wait(subject), subject=subject)
        elif status in {"FAILED", "DELETING"}:
            summary = _("VPC link {link} is {status}.", link=link.id, status=status)
            if message:
                summary = _("VPC link {link} is {status}: {message}.", link=link.id, status=status, message=message)
            yield self.failed(link.id, summary, citations, _replace(link, subject), subject=subject)
        else:
            summary = _(
                "VPC link {link} has a status that we do not know: {status}.",
                link=link.id,
                status=link.status or _("none"),
            )
            yield self.undecided(link.id, summary, subject=subject)

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """A new link stands in the old one's place."""
        hop = next((x for x in walk.links.items if x.id == finding.resource), None)
        return with_new_link(hop, walk) if hop else None


def _wait(hop: LinkHop) -> Fix:
    fix = recreate(hop)
    return fix.model_copy(
        update={
            "summary": _("Wait until the link is AVAILABLE, then run this again. After 15 minutes replace it."),
            "steps": (
                _("Wait up to ten minutes."),
                _("Still PENDING after 15 minutes: treat the link as failed."),
                *fix.steps,
            ),
        }
    )


def _replace(link: VpcLinkV1, hop: LinkHop) -> Fix:
    if "already associated" not in link.status_message.lower():
        return recreate(hop)
    balancer = link.target_arns[0] if link.target_arns else "NLB_ARN"
    find = (
        "aws ec2 describe-vpc-endpoint-service-configurations --query "
        f"\"ServiceConfigurations[?contains(NetworkLoadBalancerArns, '{balancer}')].[ServiceId,ServiceName]\""
    )
    fix = recreate(hop)
    return fix.model_copy(
        update={
            "summary": _(
                "Free the load balancer from its other endpoint service, or use another; then replace the link."
            ),
            "cli": (find, *fix.cli),
            "steps": (
                _(
                    "A load balancer can stand behind only one endpoint service: delete the other one if nobody uses "
                    "it, or make a load balancer of its own for the link."
                ),
                *fix.steps,
            ),
        }
    )
