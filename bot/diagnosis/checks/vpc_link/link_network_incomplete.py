"""VPL-05: the subnets or network interfaces of a VPC link of the second generation are missing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.link_v2_commands import replace, status_command
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import BalancerHop, interfaces_key
from bot.diagnosis.model import Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import Subnet, VpcLinkV2
from bot.diagnosis.sources import LINK_INTERFACES, LOAD_BALANCER, SUBNET, VPC_LINK_V2
from bot.language import _

_BAD = {"pending", "unavailable", "failed", "failed-insufficient-capacity"}


class LinkNetworkIncomplete(Check[BalancerHop]):
    """A subnet or the network interfaces of the VPC link are missing.

    Why: a link of the second generation reaches the VPC over network interfaces that API Gateway keeps in the link's
    subnets. Without subnet there is no interface, and without interface no way in.
    How we decide: a subnet that does not exist or is not `available` fails. A link that is AVAILABLE but has no
    interface warns: which interface belongs to which link is not shown, so they are matched by subnet and security
    group. A subnet without free addresses warns, for a link that went INACTIVE cannot get its interfaces back there;
    so does a load balancer in another VPC, which the link reaches only over peering or a transit gateway.
    How to fix: free addresses, or create a new link in other subnets: a link's own subnets cannot be changed.
    References: AWS: apigateway-vpc-links-v2, EC2 API reference NetworkInterface and Subnet.
    """

    code = "VPL-05"
    title = "The VPC link (second generation) has its subnets and network interfaces"
    hop = Hop.VPC_LINK
    needs = (VPC_LINK_V2, SUBNET, LINK_INTERFACES, LOAD_BALANCER)
    signatures = frozenset({"E1", "E9", "E10"})
    warning_signatures = frozenset({"E1", "E9", "E10"})
    explains = ("TMO-01",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every load balancer that a link leads to, with its link."""
        return walk.front_balancers

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge subnets first, then interfaces, then where the load balancer stands."""
        link = subject.link.link
        if not isinstance(link, VpcLinkV2):
            summary = _("A VPC link of the first generation has no network interfaces of its own.")
            yield self.not_applicable(subject.link.id, summary, subject=subject)
            return
        found = {subnet_id: walk.evidence.get(SUBNET, subnet_id) for subnet_id in link.subnet_ids}
        subnets = [subnet for subnet in found.values() if subnet]
        said = [
            *self._subnets(subject, link, found),
            *self._interfaces(subject, link, walk),
            *self._free(subject, link, subnets),
            *self._vpc(subject, link, subnets),
        ]
        if said:
            yield from said
        else:
            summary = _(
                "VPC link {link} has its {subnets} subnet(s) and {interfaces} network interface(s).",
                link=link.id,
                subnets=len(subnets),
                interfaces=len(subject.link.interfaces),
            )
            yield self.passed(link.id, summary, subject=subject)

    def _subnets(self, subject: BalancerHop, link: VpcLinkV2, found: dict[str, Subnet | None]) -> Iterator[Finding]:
        good = [key for key, subnet in found.items() if subnet and subnet.state.lower() == "available"]
        for subnet_id, subnet in found.items():
            state = subnet.state.lower() if subnet else ""
            if subnet is None:
                citation = self.cite(SUBNET, subnet_id, "Subnets", "[] (InvalidSubnetID.NotFound)")
                summary = _("Subnet {subnet} of VPC link {link} does not exist.", subnet=subnet_id, link=link.id)
                yield self.failed(link.id, summary, [citation], replace(link, subject.path, good), subject=subject)
            elif state in _BAD:
                citation = self.cite(SUBNET, subnet_id, "State", subnet.state)
                summary = _(
                    "Subnet {subnet} of VPC link {link} is {state}.", subnet=subnet_id, link=link.id, state=subnet.state
                )
                yield self.failed(link.id, summary, [citation], replace(link, subject.path, good), subject=subject)
            elif state != "available":
                summary = _(
                    "Subnet {subnet} has a state that we do not know: {state}.",
                    subnet=subnet_id,
                    state=subnet.state or _("none"),
                )
                yield self.undecided(link.id, summary, subject=subject)

    def _interfaces(self, subject: BalancerHop, link: VpcLinkV2, walk: Walk) -> Iterator[Finding]:
        if link.status.upper() != "AVAILABLE" or subject.link.interfaces:
            return
        there = walk.evidence.get(LINK_INTERFACES, interfaces_key(link)) or ()
        value = ", ".join(f"{x.network_interface_id} ({', '.join(x.group_ids)})" for x in there[:5]) or "[]"
        citation = self.cite(LINK_INTERFACES, link.id, "NetworkInterfaces", value)
        summary = _no_interface(link)
        if there:
            summary += " " + _("{count} carry other groups.", count=len(there))
        yield self.warned(link.id, summary, [citation], _look(link), subject=subject)

    def _free(self, subject: BalancerHop, link: VpcLinkV2, subnets: list[Subnet]) -> Iterator[Finding]:
        # A subnet of IPv6 alone counts no free IPv4 addresses.
        full = [x for x in subnets if x.available_ip_address_count == 0 and not x.ipv6_native]
        if full:
            names = ", ".join(x.subnet_id for x in full)
            cited = [self.cite(SUBNET, x.subnet_id, "AvailableIpAddressCount", 0) for x in full]
            summary = _(
                "VPC link {link}: {subnets} has no free address; new network interfaces cannot be made there.",
                link=link.id,
                subnets=names,
            )
            yield self.warned(link.id, summary, cited, _free_addresses(link, subject, full), subject=subject)

    def _vpc(self, subject: BalancerHop, link: VpcLinkV2, subnets: list[Subnet]) -> Iterator[Finding]:
        try:
            balancer = subject.balancer
        except MissingEvidence:  # Optional: LB-01 answers for a load balancer that cannot be read.
            return
        other = [x for x in subnets if balancer and x.vpc_id and balancer.vpc_id and x.vpc_id != balancer.vpc_id]
        if balancer and other:
            cited = [
                self.cite(SUBNET, other[0].subnet_id, "VpcId", other[0].vpc_id),
                self.cite(LOAD_BALANCER, subject.arn, "VpcId", balancer.vpc_id),
            ]
            summary = _(
                "VPC link {link} stands in {vpc}, {balancer} in {other_vpc}: they meet only over VPC peering or a "
                "transit gateway.",
                link=link.id,
                vpc=other[0].vpc_id,
                balancer=balancer.load_balancer_name,
                other_vpc=balancer.vpc_id,
            )
            yield self.warned(link.id, summary, cited, replace(link, subject.path, ()), subject=subject)


def _no_interface(link: VpcLinkV2) -> str:
    count = len(link.subnet_ids)
    if link.security_group_ids:
        return _(
            "VPC link {link} is AVAILABLE, but none of its {count} subnet(s) holds an interface of API Gateway with "
            "its security groups ({groups}).",
            link=link.id,
            count=count,
            groups=", ".join(link.security_group_ids),
        )
    return _(
        "VPC link {link} is AVAILABLE, but none of its {count} subnet(s) holds an interface of API Gateway.",
        link=link.id,
        count=count,
    )


def _look(link: VpcLinkV2) -> Fix:
    subnets = ",".join(link.subnet_ids)
    return Fix(
        summary=_("Send a request and look again: API Gateway makes the interfaces when there is traffic."),
        cli=(
            "aws ec2 describe-network-interfaces --include-managed-resources --filters "
            f"Name=interface-type,Values=api_gateway_managed Name=subnet-id,Values={subnets}",
            status_command(link),
        ),
        console=_("EC2 › Network interfaces, with the filter interface type: api_gateway_managed."),
    )


def _free_addresses(link: VpcLinkV2, hop: BalancerHop, full: list[Subnet]) -> Fix:
    kept = [x for x in link.subnet_ids if x not in {subnet.subnet_id for subnet in full}]
    fix = replace(link, hop.path, kept)
    return fix.model_copy(
        update={
            "summary": _(
                "Free addresses in {subnet}, or replace the link by one in larger subnets.", subnet=full[0].subnet_id
            ),
            "steps": (_("Remove network interfaces that nobody needs from the subnet."), *fix.steps),
        }
    )
