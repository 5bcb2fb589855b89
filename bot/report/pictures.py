"""Pictures: a context → SVG by its template → PNG by resvg, with the fonts that the package brings.

Slack shows PNG and no SVG. Fonts of the machine are not looked at: a picture looks the same everywhere, and Lambda has
none.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from pathlib import Path

import jinja2
import resvg_py

from bot.report import escape
from bot.report.contexts.pictures import ChartPicture, PathPicture
from bot.report.render import TEMPLATES

log = logging.getLogger(__name__)

SUFFIX = ".svg.j2"
SCALE = 2.0
"""Pixels of the PNG for each of the drawing's: phones and laptops have fine screens."""
_FONTS = Path(__file__).with_name("fonts")


@dataclass(frozen=True)
class Picture:
    """A drawn picture. `alt` says what is to be seen."""

    png: bytes
    alt: str


class Painter:
    """Draws contexts. Templates in the folder `override` replace ours; one that fails is logged, and ours is used."""

    def __init__(self, override: Path | None = None) -> None:
        folders = [[TEMPLATES]] if override is None else [[override, TEMPLATES], [TEMPLATES]]
        self._environments = [_environment(chosen) for chosen in folders]

    def paint(self, context: PathPicture | ChartPicture) -> Picture:
        """Draw. jinja2.TemplateError or ValueError where even our own template makes no picture."""
        for environment in self._environments[:-1]:
            try:
                return _painted(environment, context)
            except (jinja2.TemplateError, escape.UnrenderableError, ValueError) as error:
                log.error("your template %s is not used, ours is: %s", context.template + SUFFIX, error)
        return _painted(self._environments[-1], context)


def svg(context: PathPicture | ChartPicture) -> str:
    """The drawing as SVG text, by our own template."""
    return _svg(_environment([TEMPLATES]), context)


def _painted(environment: jinja2.Environment, context: PathPicture | ChartPicture) -> Picture:
    png = resvg_py.svg_to_bytes(
        svg_string=_svg(environment, context),
        zoom=SCALE,
        skip_system_fonts=True,
        font_dirs=[str(_FONTS)],
        font_family="DejaVu Sans",
    )
    return Picture(bytes(png), context.alt)


def _svg(environment: jinja2.Environment, context: PathPicture | ChartPicture) -> str:
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    return environment.get_template(context.template + SUFFIX).render(values)


def _environment(folders: list[Path]) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        finalize=_finalized,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalized(value: object) -> object:
    """Text without what XML cannot hold; `autoescape` does the rest. Numbers are places."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, naming what is missing
    return escape.visible(value) if isinstance(value, str) else value
