"""VPL-01: the integration's connection id is not the id of a VPC link."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from bot.diagnosis.check import Check
from bot.diagnosis.checks.vpc_link.link_code import declared_at
from bot.diagnosis.checks.vpc_link.link_commands import find_links, repoint, set_variable
from bot.diagnosis.checks.vpc_link.link_id import could_be_id, foreign_id
from bot.diagnosis.checks.vpc_link.link_variable import in_canary, in_words, link_variable
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.hops import LinkHop, Path
from bot.diagnosis.model import Citation, Finding, Fix, Hop
from bot.diagnosis.path import Reached, Walk, stage_key
from bot.diagnosis.sources import ROUTES, STAGE, VPC_LINK_V1, VPC_LINK_V2
from bot.language import _


class LinkIdNotResolved(Check[LinkHop]):
    """The integration's connection id does not lead to a VPC link's id.

    Why: the id often stands in a stage variable. Where the variable is missing, empty, misspelt or holds the id of
    something else, API Gateway has no link to send to and answers HTTP 500 before anything leaves it.
    How we decide: stage variables are put in, the canary's own ones too where it takes traffic. A variable without a
    value fails; names are case-sensitive, so a near name is proposed. A value in the form of a VPC, an endpoint, an
    endpoint service or an ARN fails, and so does a text that cannot be an id (a link's name) where AWS knows no such
    link. An id that merely does not exist is VPL-02's.
    How to fix: set the stage variable to the link's id, which takes effect at once; a literal id needs a deployment.
    References: AWS: set-up-api-with-vpclink-cli, api-gateway-known-issues, canary-release, API reference Stage.
    """

    code = "VPL-01"
    title = "The integration's connection id resolves to a VPC link's id"
    hop = Hop.VPC_LINK
    needs = (STAGE, ROUTES, VPC_LINK_V1, VPC_LINK_V2)
    signatures = frozenset({"E1", "E7", "E10"})  # E10 is what an HTTP API logs where a REST API logs E1
    explains = ("VPL-02",)
    since = "0.1"

    def subjects(self, walk: Walk) -> Reached[LinkHop]:
        """Every VPC link on the paths."""
        return walk.links

    def judge(self, subject: LinkHop, walk: Walk) -> Iterator[Finding]:
        """Judge what the connection id becomes."""
        path = subject.path
        where, whose = _resource(path), in_words(path, path.resource)
        literal = self.cite(ROUTES, path.resource, "connectionId", path.integration.connection_id)
        missing = path.connection.missing
        if missing:
            yield self._without_value(subject, missing[0], literal)
        elif not subject.id:
            summary = _("The integration of {path} is of type VPC_LINK but names no VPC link.", path=whose)
            yield self.failed(where, summary, [literal], _fix(path), subject=subject)
        elif foreign := foreign_id(subject.id):
            summary = _foreign(path, subject.id, foreign)
            yield self.failed(where, summary, self._value(path, literal), _fix(path), subject=subject)
        elif not could_be_id(subject.id) and subject.link is None:
            summary = _no_id(path, subject.id)
            yield self.failed(
                where, summary, self._value(path, literal), _fix(path, link_name=subject.id), subject=subject
            )
        else:
            summary, names = _("{path} uses VPC link {link}.", path=whose, link=subject.id), path.connection.variables
            if names:
                summary = _(
                    "{path} uses VPC link {link}, from stage variable {names}.",
                    path=whose,
                    link=subject.id,
                    names=", ".join(names),
                )
            yield self.passed(subject.id, summary, subject=subject)

    def _without_value(self, subject: LinkHop, name: str, literal: Citation) -> Finding:
        path = subject.path
        near = _near(name, path)
        known = {"name": name, "path": path.resource, "stage": in_words(path, path.stage.name)}
        if name in path.variables:
            summary = _(
                "Stage variable {name}, which names the VPC link of {path}, is empty on stage {stage}.", **known
            )
        else:
            summary = _(
                "Stage variable {name}, which names the VPC link of {path}, is not set on stage {stage}.", **known
            )
        if near:
            summary += " " + _("There is one called {near}: is that what is meant?", near=near)
        names = ", ".join(sorted(path.variables)) or _("none")
        citations = [literal, self.cite(STAGE, _resource(path), "variables", names)]
        value = path.variables[near] if near and name == link_variable(path) else ""
        value = value if could_be_id(value) else ""
        return self.failed(_resource(path), summary, citations, _fix(path, name, value=value), subject=subject)

    def _value(self, path: Path, literal: Citation) -> list[Citation]:
        values = [
            self.cite(STAGE, _resource(path), _field(path, name), path.variables.get(name, ""))
            for name in path.connection.variables
        ]
        return [literal, *values]

    def repair(self, finding: Finding, walk: Walk) -> Evidence | None:
        """The stage variable has the value of its near name; any other right id is not in the evidence."""
        for hop in walk.links.items:
            path, missing = hop.path, hop.path.connection.missing
            near = _near(missing[0], path) if missing else ""
            if path.index in finding.paths and near and could_be_id(path.variables[near]):
                variables = {**path.stage.variables, missing[0]: path.variables[near]}
                changes: dict[str, object] = {"variables": variables}
                if path.stage.canary and in_canary(path, missing[0]):
                    overrides = {**path.stage.canary.stage_variables, missing[0]: path.variables[near]}
                    canary = path.stage.canary.model_copy(update={"stage_variables": overrides})
                    changes = {"canary": canary}
                stage = path.stage.model_copy(update=changes)
                return walk.evidence.with_value(STAGE, stage_key(path.api, walk.request.stage), stage)
        return None


def _resource(path: Path) -> str:
    """What is to be repaired: the stage that holds the variable, else the integration."""
    return f"{path.api.id}/{path.stage.name}" if path.connection.variables else path.resource


def _foreign(path: Path, value: str, kind: str) -> str:
    known = {"value": value, "kind": kind, "path": in_words(path, path.resource)}
    name = link_variable(path)
    if name:
        return _("Stage variable {name} is {value}: that is {kind}, not a VPC link's id ({path}).", name=name, **known)
    return _("The connection id is {value}: that is {kind}, not a VPC link's id ({path}).", **known)


def _no_id(path: Path, value: str) -> str:
    known = {"value": repr(value), "path": in_words(path, path.resource)}
    name = link_variable(path)
    if name:
        return _(
            "Stage variable {name} is {value}: that is no VPC link's id; is it a link's name? ({path})",
            name=name,
            **known,
        )
    return _("The connection id is {value}: that is no VPC link's id; is it a link's name? ({path})", **known)


def _field(path: Path, name: str) -> str:
    return f"canarySettings.stageVariableOverrides.{name}" if in_canary(path, name) else f"variables.{name}"


def _near(name: str, path: Path) -> str:
    """Return the variable that has a value and whose name is nearly this one."""
    known = {other.casefold(): other for other, value in sorted(path.variables.items()) if value}
    found = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else ""


def _fix(path: Path, name: str = "", *, value: str = "", link_name: str = "") -> Fix:
    """Return how to give the path a link: through stage variable `name`, else through the integration itself."""
    variable = name or link_variable(path)
    cloudformation, terraform = declared_at(path, variable, value or "LINK_ID")
    find = () if value else (find_links(path, link_name),)
    commands = repoint(path, value or "LINK_ID")
    if variable and variable != link_variable(path):
        summary = _("Set stage variable {name}.", name=variable)
        commands = (set_variable(path, variable, "PART_OF_THE_ID"),)
        cloudformation, terraform = declared_at(path, variable, "PART_OF_THE_ID")
    elif variable and value:
        summary = _("Set stage variable {name} to the VPC link's id, {value}.", name=variable, value=value)
    elif variable:
        summary = _("Set stage variable {name} to the VPC link's id.", name=variable)
    else:
        summary = _("Put the VPC link's id into the integration, and deploy.")
    return Fix(
        summary=summary,
        cli=(*find, *commands),
        cloudformation=cloudformation,
        terraform=terraform,
        console=_("API Gateway › APIs › your API › Stages › your stage › Stage variables › Manage variables.")
        if variable
        else _("API Gateway › APIs › your API › Resources › method › Integration request › VPC link; then Deploy."),
    )
