"""QUO-01: the VPC link could not be made, because a quota is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import LinkHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.plan import LINKS_V1_QUOTA, LINKS_V2_QUOTA
from bot.diagnosis.resources import Quota, VpcLinkV1, VpcLinkV2
from bot.diagnosis.snippets import Reference, Value, new_terraform
from bot.diagnosis.sources import QUOTA, VPC_LINK_V1, VPC_LINK_V2
from bot.language import _

_NAMES_QUOTA = re.compile(
    r"\b(?:quota|too many|limit (?:is |was )?exceeded|limitexceeded|maximum number)", re.IGNORECASE
)
_OF_LINKS = re.compile(r"vpc ?links?\b", re.IGNORECASE)


class VpcLinkQuotaReached(Check[LinkHop]):
    """The VPC link is FAILED because a quota was reached when it was made.

    Why: an account has a limited number of VPC links in a region, 20 of the first generation and 10 of the second
    unless raised. A quota never disturbs a link that works; it only explains one that could not be made.
    How we decide: only links in the status FAILED are judged. A status message that names a reached quota fails, and
    the quota's value is cited. Another message passes, for it names another reason. Without a message it is unknown,
    because AWS does not count the links for us.
    How to fix: delete links that nobody uses, or have the quota raised; then make the link again.
    References: AWS: API Gateway quotas (limits), Service Quotas API reference GetServiceQuota.
    """

    code = "QUO-01"
    title = "The VPC link was not stopped by a quota"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V1, VPC_LINK_V2, QUOTA)
    signatures = frozenset({"E1", "E7"})
    explains = ("VPL-03", "VPL-04")
    blocking = False
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the message of a FAILED link says."""
        link = subject.link
        if link is None or link.status.upper() != "FAILED":
            summary = _("The link is not FAILED: a quota stops only the making of a link.")
            yield self.not_applicable(subject.id or subject.path.resource, summary, subject=subject)
            return
        source = VPC_LINK_V1 if isinstance(link, VpcLinkV1) else VPC_LINK_V2
        field = "statusMessage" if isinstance(link, VpcLinkV1) else "VpcLinkStatusMessage"
        message = link.status_message.rstrip(".")
        if _NAMES_QUOTA.search(message):
            cited = [self.cite(source, link.id, field, message), *self._cited(link, message, walk)]
            summary = _(
                "VPC link {link} could not be made, because a quota is reached: {message}.",
                link=link.id,
                message=message,
            )
            yield self.failed(link.id, summary, cited, _fix(link), subject=subject)
        elif message:
            summary = _(
                "VPC link {link} failed for another reason than a quota: {message}.", link=link.id, message=message
            )
            yield self.passed(link.id, summary, subject=subject)
        else:
            yield self.undecided(link.id, _uncounted(link, walk), subject=subject)

    def _cited(self, link: VpcLinkV1 | VpcLinkV2, message: str, walk: Walk) -> list[Citation]:
        quota = _quota(link, walk) if _OF_LINKS.search(message) else None
        return [self.cite(QUOTA, quota.code, "Value", f"{quota.value:g}")] if quota else []


def _uncounted(link: VpcLinkV1 | VpcLinkV2, walk: Walk) -> str:
    quota, region = _quota(link, walk), walk.request.region
    if quota:
        allowed = f"{quota.value:g}"
        return _(
            "VPC link {link} is FAILED without a message; {quota} links are allowed in {region}. Count them.",
            link=link.id,
            quota=allowed,
            region=region,
        )
    return _(
        "VPC link {link} is FAILED without a message; how many are allowed is not known in {region}. Count them.",
        link=link.id,
        region=region,
    )


def _quota(link: VpcLinkV1 | VpcLinkV2, walk: Walk) -> Quota | None:
    try:
        return walk.evidence.get(QUOTA, _code(link))
    except MissingEvidence:  # Optional: the message decides; the value only tells how high the quota is.
        return None


def _code(link: VpcLinkV1 | VpcLinkV2) -> str:
    return LINKS_V1_QUOTA if isinstance(link, VpcLinkV1) else LINKS_V2_QUOTA


def _fix(link: VpcLinkV1 | VpcLinkV2) -> Fix:
    first = isinstance(link, VpcLinkV1)
    listing = (
        "aws apigateway get-vpc-links --query 'items[].[id,name,status]' --output table"
        if first
        else "aws apigatewayv2 get-vpc-links --query 'Items[].[VpcLinkId,Name,VpcLinkStatus]' --output table"
    )
    raise_it = (
        "aws service-quotas request-service-quota-increase --service-code apigateway "
        f"--quota-code {_code(link)} --desired-value NUMBER"
    )
    quota: dict[str, Value] = {"service_code": "apigateway", "quota_code": _code(link), "value": Reference("NUMBER")}
    return Fix(
        summary=_("Delete VPC links that nobody uses, or have the quota raised; then make the link again."),
        cli=(listing, raise_it),
        terraform=new_terraform("aws_servicequotas_service_quota", "vpc_links", quota),
        console=_("Service Quotas › AWS services › Amazon API Gateway › VPC links."),
        steps=(
            _("List the links, and delete those that no integration uses."),
            _("Or ask for a higher quota, and wait until it is granted."),
            _("Make the link again, and delete {link}.", link=link.id),
        ),
    )
