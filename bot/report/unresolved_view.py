"""The shapes of a request that leads to no VPC link: which API, which stage, which route was meant?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import route_name
from bot.diagnosis.model import Report, Request
from bot.diagnosis.path import Walk, stage_key
from bot.diagnosis.resources import Integration
from bot.diagnosis.sources import STAGE
from bot.language import _
from bot.report import contexts as c
from bot.report.asking import encode_request
from bot.report.limits import BUTTON_TEXT, clip, limited
from bot.report.naming import LONGEST_NAME, subject_of

_MOST_CHOICES = 5
_MOST_ROUTES = 5


def unresolved_view(
    report: Report, evidence: Evidence | None, footer: c.Footer, buttons: c.Buttons
) -> c.Question | c.NotThisPath | None:
    """The context for such a request; None where the request leads to a VPC link, or where that is not known."""
    if evidence is None:
        return None
    walk = Walk(evidence)
    try:
        return _question(report, walk, footer, buttons) or _not_this_path(report, walk, footer, buttons)
    except MissingEvidence:
        return None


def _question(report: Report, walk: Walk, footer: c.Footer, buttons: c.Buttons) -> c.Question | None:
    request = walk.request
    kind: Literal["api-unknown", "api-ambiguous", "stage-unknown"]
    if walk.api is not None and walk.stage is not None:
        return None
    apis = walk.matches.apis
    if walk.api is None and len(apis) > 1:
        kind = "api-ambiguous"
        having = [api for api in apis if walk.evidence.get(STAGE, stage_key(api, request.stage))] or list(apis)
        choices = [
            _choice(f"{api.name} · {api.protocol} · {api.id}", request.model_copy(update={"api": api.id}))
            for api in having
        ]
    elif walk.api is None:
        kind = "api-unknown"
        choices = [_choice(name, request.model_copy(update={"api": name})) for name in walk.matches.near]
    else:
        kind = "stage-unknown"
        names = walk.evidence.absence(STAGE, stage_key(walk.api, request.stage)).split(", ")
        choices = [_choice(name, request.model_copy(update={"stage": name})) for name in names if name]
    shown = limited([choice for choice in choices if choice.value], _MOST_CHOICES)
    return c.Question(
        kind=kind,
        subject=replace(subject_of(report.request), stage=c.Link(clip(request.stage, LONGEST_NAME))),
        choices=shown.items,
        more=shown.more,
        footer=footer,
        buttons=buttons,
    )


def _choice(label: str, request: Request) -> c.Choice:
    return c.Choice(clip(label, BUTTON_TEXT), encode_request(request))


def _not_this_path(report: Report, walk: Walk, footer: c.Footer, buttons: c.Buttons) -> c.NotThisPath | None:
    kind: Literal["no-route", "another-integration", "no-vpc-link"]
    private = [route for route in walk.routes if route.integration and route.integration.connection_type == "VPC_LINK"]
    integration = ""
    if walk.request.path and walk.own_route is None:
        kind = "no-route"
    elif walk.request.path and walk.own_route not in private:
        kind = "another-integration"
        integration = _described(walk.own_route.integration if walk.own_route else None)
    elif not private and not walk.paths.gaps:
        kind = "no-vpc-link"
    else:
        return None
    shown = limited([clip(route_name(route) or "$default", 120) for route in private], _MOST_ROUTES)
    return c.NotThisPath(
        kind=kind,
        subject=subject_of(report.request),
        integration=integration,
        routes=shown.items,
        more=shown.more,
        footer=footer,
        buttons=buttons,
    )


def _described(integration: Integration | None) -> str:
    if integration is None:
        return _("no integration")
    return clip(f"{integration.type} {integration.uri}".strip(), 200) or _("another integration")


def unresolved_words(report: Report) -> str:
    """Which API was meant, in one sentence, as far as the report alone tells it; empty where it was found."""
    candidates = report.request.candidates
    if report.request.api_id or not candidates:
        return ""
    return _(
        "{api} is not the name of one API. It could mean: {names}.",
        api=report.request.api,
        names=", ".join(candidates),
    )
