"""Pictures: a drawing → SVG by its template → PNG by resvg, with the fonts that the package brings.

Slack shows PNG and no SVG. Fonts of the machine are not looked at: a picture looks the same everywhere, and Lambda has
none.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import jinja2

from bot.language import _, plural
from bot.report import escape
from bot.report.contexts.pictures import ChartPicture, PathPicture
from bot.report.render import TEMPLATES

log = logging.getLogger(__name__)

SUFFIX: Final = ".svg.j2"
SCALE: Final = 2.0
"""Pixels of the PNG for each of the drawing's: phones and laptops have fine screens."""
_FONTS = Path(__file__).with_name("fonts")
_PROGRAM = Path(__file__).with_name("svg_to_png.py")
_SECONDS = 15.0


class PictureError(RuntimeError):
    """There is no picture; the text says why."""


@dataclass(frozen=True)
class Picture:
    """A drawn picture. `alt` says what is to be seen."""

    png: bytes
    alt: str


class Painter:
    """Draws. Templates in the folder `override` replace ours; one that fails is logged, and ours is used."""

    def __init__(self, override: Path | None = None) -> None:
        folders = [[TEMPLATES]] if override is None else [[override, TEMPLATES], [TEMPLATES]]
        self._environments = [_environment(chosen) for chosen in folders]

    async def paint(self, drawing: PathPicture | ChartPicture) -> Picture:
        """Draw. PictureError where no template makes a picture."""
        problem = PictureError("there is no template")
        for environment in self._environments:
            try:
                return Picture(await _png(_svg(environment, drawing)), drawing.alt)
            except (jinja2.TemplateError, escape.UnrenderableError, PictureError, OSError) as error:
                problem = PictureError(f"{drawing.template}{SUFFIX}: {error}")
                if environment is not self._environments[-1]:
                    log.error("your template is not used, ours is: %s", problem)
        raise problem


def svg(drawing: PathPicture | ChartPicture) -> str:
    """The drawing as SVG text, by our own template."""
    return _svg(_environment([TEMPLATES]), drawing)


async def _png(text: str) -> bytes:
    """Draw in a process of its own; see `svg_to_png`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_PROGRAM), str(_FONTS), str(SCALE)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        png, complaint = await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), _SECONDS)
    except TimeoutError as error:
        raise PictureError(f"not drawn within {_SECONDS:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise PictureError(complaint.decode(errors="replace").strip()[-300:] or f"exit status {process.returncode}")
    return png


def _svg(environment: jinja2.Environment, drawing: PathPicture | ChartPicture) -> str:
    values = {field.name: getattr(drawing, field.name) for field in fields(drawing)}
    return environment.get_template(drawing.template + SUFFIX).render(values)


def _environment(folders: list[Path]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        finalize=_finalized,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "plural": plural}
    return environment


def _finalized(value: object) -> object:
    """Text without what XML cannot hold; `autoescape` does the rest. Numbers are places."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, naming what is missing
    return escape.visible(value) if isinstance(value, str) else value
