"""Keeps the catalogues up to date: `python -m bot.catalogues`, and `--check` in lint.

Collects every message of the code, the templates and the checks' pages, merges them into each language's `.po` file
(messages that are gone are dropped, new ones wait for a translation), and compiles the `.mo` file that is shipped.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bot.diagnosis.check import page
from bot.diagnosis.checks import all_checks
from bot.language import DOMAIN, ENGLISH, LANGUAGES, LOCALES

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "marked": None, "plural": (1, 2)}
_FOLDERS = {"bot": [("**.py", "python")], "handlers": [("**.py", "python")], "templates": [("**.j2", "jinja2")]}
_PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_UNTRANSLATED = "References"
"""The section of a check's page that is made of names."""


def messages() -> Catalog:
    """Every message there is."""
    found = Catalog(project="vpclink", domain=DOMAIN, charset="utf-8")
    for place, message in sorted(of_files(), key=lambda item: (item[0], str(item[1]))):
        found.add(message, locations=[(place, 0)], flags=("python-brace-format",) if "{" in str(message) else ())
    for place, text in _of_checks():
        found.add(text, locations=[(place, 0)])
    return found


def of_files() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Where a message of the code or the templates stands, and the message; one that goes by number has two forms."""
    for folder, methods in _FOLDERS.items():
        for name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, {"**.j2": {"silent": "false"}}, KEYWORDS
        ):
            yield f"{folder}/{name}", message


def _of_checks() -> Iterator[tuple[str, str]]:
    """A check's title, and the sections of its page."""
    for check in all_checks():
        place = type(check).__module__.replace(".", "/") + ".py"
        for text in (check.title, *(body for heading, body in page(check).items() if heading != _UNTRANSLATED)):
            if text:
                yield place, text


def po_path(language: str) -> Path:
    """Where a language's translations stand."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def load(language: str) -> Catalog:
    """A language's translations; an empty catalogue where there are none yet."""
    path = po_path(language)
    content = path.read_bytes() if path.exists() else _header(language)
    return read_po(io.BytesIO(content), locale=language, domain=DOMAIN)


def _header(language: str) -> bytes:
    return _HEADER.format(language=language, plurals=_PLURALS[language]).encode()


def updated(language: str, template: Catalog) -> Catalog:
    """A language's translations of today's messages."""
    catalog = load(language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def files(language: str, catalog: Catalog) -> dict[Path, bytes]:
    """The `.po` and `.mo` files of a catalogue. No dates: the same catalogue gives the same bytes."""
    po, mo = io.BytesIO(), io.BytesIO()
    catalog.creation_date = catalog.revision_date = _NO_DATE
    write_po(po, catalog, width=120, sort_output=True, include_lineno=False)
    write_mo(mo, catalog)
    _, _, body = po.getvalue().partition(b"\n\n")
    path = po_path(language)
    return {path: _header(language) + b"\n" + body, path.with_suffix(".mo"): mo.getvalue()}


def main(arguments: list[str]) -> int:
    """Write the files; with `--check`, only say which ones are out of date (exit status 1)."""
    template = messages()
    stale: dict[Path, bytes] = {}
    for language in LANGUAGES:
        if language != ENGLISH:
            made = files(language, updated(language, template))
            stale |= {p: text for p, text in made.items() if not p.exists() or p.read_bytes() != text}
    for path, content in stale.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is out of date: run `make catalogues`", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
