"""How a report's resources are named and linked."""

from __future__ import annotations

from bot.diagnosis.model import Hop, Report, Request, ResolvedRequest
from bot.report.console_links import console_link
from bot.report.contexts import Link, Subject
from bot.report.limits import clip
from bot.report.wording import short_name

LONGEST_NAME = 80
"""Characters of a name in a line that must stay a line."""


def subject_of(request: ResolvedRequest) -> Subject:
    """What was diagnosed, as far as it was found out."""
    name = clip(request.api_name or request.api, LONGEST_NAME)
    api_id, protocol = request.api_id or "", request.protocol or ""
    stage = clip(request.stage, LONGEST_NAME)
    return Subject(
        api=Link(name, console_link(api_id, region=request.region, hop=Hop.API, api_id=api_id, protocol=protocol)),
        stage=Link(
            stage,
            console_link(request.stage, region=request.region, hop=Hop.STAGE, api_id=api_id, protocol=protocol),
        ),
        route=clip(" ".join(filter(None, (request.method, request.path))), LONGEST_NAME),
        region=request.region,
        account=request.account or "",
    )


def subject_asked(request: Request) -> Subject:
    """What is to be diagnosed, as it was asked."""
    return Subject(
        api=Link(clip(request.api, LONGEST_NAME)),
        stage=Link(clip(request.stage, LONGEST_NAME)),
        route=clip(" ".join(filter(None, (request.method, request.path))), LONGEST_NAME),
        region=request.region,
        account=request.account or "",
    )


def linked(resource: str, report: Report, hop: Hop | None = None, text: str = "") -> Link:
    """A resource of a report by its short name (or another text), leading to its console page."""
    request = report.request
    url = console_link(
        resource, region=request.region, hop=hop, api_id=request.api_id or "", protocol=request.protocol or ""
    )
    return Link(clip(text or short_name(resource) or "-", LONGEST_NAME if not text else len(text)), url)
