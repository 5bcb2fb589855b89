"""LB-02: the load balancer is of a kind, account or region that the path cannot use."""

from __future__ import annotations

from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.load_balancer.balancer_arn import BalancerArn
from bot.diagnosis.checks.load_balancer.balancer_fixes import lead_to_a_new_one
from bot.diagnosis.hops import BalancerHop
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk
from bot.diagnosis.resources import LoadBalancer
from bot.diagnosis.sources import CALLER, LISTENER, LOAD_BALANCER, ROUTES, VPC_LINK_V1
from bot.language import _, marked

_KNOWN = frozenset({"network", "application", "gateway"})
_WRONG_KIND = {
    (False, "application"): marked(
        "{balancer} is an application load balancer; a VPC link of the first generation needs a network one."
    ),
    (False, "gateway"): marked(
        "{balancer} is a gateway load balancer; a VPC link of the first generation needs a network one."
    ),
    (True, "gateway"): marked(
        "{balancer} is a gateway load balancer; a VPC link of the second generation needs an application or network "
        "one."
    ),
}
"""What is said of a kind that does not fit, by whether the path needs a link of the second generation."""


class LoadBalancerUnsuitable(Check[BalancerHop]):
    """The load balancer is of a kind, account or region that the path cannot use.

    Why: a VPC link of the first generation leads to a network load balancer only; an integration of the second to an
    application or network load balancer. API, VPC link and load balancer belong to one account and one region.
    How we decide: another kind, account or region fails. The kind is the load balancer's own, or its ARN's where it
    cannot be found. An internet-facing load balancer warns: it serves the path, but others reach it too.
    How to fix: nothing can be changed in place. Create a fitting load balancer beside the API, lead the path to it
    (new VPC link, or new integration target), and deploy.
    References: AWS: vpc-links-v1; set-up-private-integration; http-api-develop-integrations-private.
    """

    code = "LB-02"
    title = "Load balancer is of a kind, account and region that the path can use"
    hop = Hop.LOAD_BALANCER
    needs = (LOAD_BALANCER, CALLER)
    signatures = frozenset({"E1", "E7"})
    explains = ("LB-01", "LB-03", "VPL-03", "VPL-06", "VPL-07")
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[BalancerHop]:
        """Every load balancer that a link or an integration names."""
        return walk.front_balancers

    def judge(self, subject: BalancerHop, walk: Walk) -> Iterator[Finding]:
        """Judge one load balancer: what its ARN tells first, for one elsewhere cannot be read."""
        arn = BalancerArn.parse(subject.arn)
        name = arn.name or subject.arn
        if not arn.kind:
            summary = _foreign(subject)
            yield self._failed(subject, summary, subject.arn)
        elif arn.region and arn.region != walk.request.region:
            summary = _(
                "Load balancer {balancer} is in {region}, the API in {own_region}.",
                balancer=name,
                region=arn.region,
                own_region=walk.request.region,
            )
            yield self._failed(subject, summary, subject.arn)
        elif arn.account and walk.account and arn.account != walk.account:
            summary = _(
                "Load balancer {balancer} belongs to account {account}, the API to {own_account}.",
                balancer=name,
                account=arn.account,
                own_account=walk.account,
            )
            yield self._failed(subject, summary, subject.arn)
        else:
            yield self._kind(subject, arn)

    def _kind(self, subject: BalancerHop, arn: BalancerArn) -> Finding:
        wanted, balancer = _wanted(subject), subject.balancer
        kind = balancer.type if balancer and balancer.type else arn.kind
        if kind not in _KNOWN:
            summary = _(
                "Load balancer {balancer} is of a type that we do not know: {kind}.", balancer=arn.name, kind=kind
            )
            return self.undecided(subject.arn, summary, subject=subject)
        if kind not in wanted:
            summary = _(_WRONG_KIND[subject.link.expects_v2, kind], balancer=arn.name)
            return self._failed(subject, summary, kind)
        if balancer is None:
            summary = _("Load balancer {balancer} does not exist, so only its ARN could be judged.", balancer=arn.name)
            return self.not_applicable(subject.arn, summary, subject=subject)
        if balancer.scheme == "internet-facing":
            citation = self.cite(LOAD_BALANCER, subject.arn, "Scheme", balancer.scheme)
            summary = _(
                "Load balancer {balancer} is internet-facing: it can be reached without the API.", balancer=arn.name
            )
            return self.warned(subject.arn, summary, [citation], _make_internal(subject, arn), subject=subject)
        return self.passed(subject.arn, _suitable(balancer, arn.name, kind), subject=subject)

    def _failed(self, subject: BalancerHop, summary: str, value: str) -> Finding:
        kind = "network" if not subject.link.expects_v2 else BalancerArn.parse(subject.arn).kind
        kind = kind if kind in _wanted(subject) else _wanted(subject)[0]
        fix = lead_to_a_new_one(subject, kind, BalancerArn.parse(subject.arn).name or "NAME")
        return self.failed(subject.arn, summary, [self._named_by(subject, value)], fix, subject=subject)

    def _named_by(self, subject: BalancerHop, value: str) -> Citation:
        """Cite the type, or whatever names the load balancer."""
        if value != subject.arn:
            return self.cite(LOAD_BALANCER, subject.arn, "Type", value)
        path = subject.path
        if path.api.protocol == "HTTP":
            return self.cite(LISTENER, path.uri.text, "LoadBalancerArn", value)
        if path.integration.target:
            return self.cite(ROUTES, f"{path.api.id}/{path.stage.name}", f"{path.resource} integrationTarget", value)
        return self.cite(VPC_LINK_V1, subject.link.id, "targetArns[0]", value)


def _wanted(subject: BalancerHop) -> tuple[str, ...]:
    return ("application", "network") if subject.link.expects_v2 else ("network",)


def _foreign(subject: BalancerHop) -> str:
    known = {"path": subject.path.resource, "arn": subject.arn}
    if subject.link.expects_v2:
        return _("{path} leads to {arn}, which is no application or network load balancer.", **known)
    return _("{path} leads to {arn}, which is no network load balancer.", **known)


def _suitable(balancer: LoadBalancer, name: str, kind: str) -> str:
    if balancer.scheme != "internal":
        return _("{balancer} is a {kind} load balancer of the API's account and region.", balancer=name, kind=kind)
    if balancer.vpc_id:
        return _(
            "{balancer} is an internal {kind} load balancer in {vpc}, of the API's account and region.",
            balancer=name,
            kind=kind,
            vpc=balancer.vpc_id,
        )
    return _(
        "{balancer} is an internal {kind} load balancer, of the API's account and region.", balancer=name, kind=kind
    )


def _make_internal(subject: BalancerHop, arn: BalancerArn) -> Fix:
    fix = lead_to_a_new_one(subject, arn.kind, f"{arn.name}-internal")
    return fix.model_copy(
        update={
            "summary": _("Replace it by an internal load balancer, if nobody else needs this one."),
            "steps": (_("The scheme of a load balancer cannot be changed."), *fix.steps[1:]),
        }
    )
