"""Make a new copy of API Gateway's list of certificate authorities from the text of its documentation page.

    python -m bot.probe.refresh_authorities page.txt [--date 2026-11-28]

The page is "API Gateway-supported certificate authorities for HTTP and HTTP proxy integrations" (developer guide,
api-gateway-supported-certificate-authorities-for-http-endpoints): save it as text, Markdown or HTML. It may have been
wrapped or reflowed; each entry must read "Alias name: NAME", then fingerprints of which one is "SHA256: …".
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from bot.diagnosis.supported_authorities import DATA

SOURCE = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "api-gateway-supported-certificate-authorities-for-http-endpoints.html"
)
FEWEST = 100
"""Fewer authorities than this are an extract: the page has named more than 150 ever since it exists."""
_ENTRY = re.compile(r"Alias\s+name:")
_NAME = re.compile(r"\s*(\S+)")
_SHA256 = re.compile(r"SHA-?256:\s*((?:[0-9A-F]{2}:\s*){31}[0-9A-F]{2})\b", re.IGNORECASE)


def parse(text: str) -> dict[str, str]:
    """The alias of each authority by its SHA-256 fingerprint; of several aliases for one certificate the first.

    Raises `ValueError`, which names the entries that cannot be read or says that this is not the whole page.
    """
    entries = _ENTRY.split(re.sub(r"<[^>]*>", " ", text))[1:]
    found: dict[str, str] = {}
    unread: list[str] = []
    for entry in entries:
        name, fingerprint = _NAME.match(entry), _SHA256.search(entry)
        if name is None or fingerprint is None:
            unread.append(name[1] if name else "an entry without a name")
            continue
        found.setdefault(re.sub(r"[:\s]", "", fingerprint[1]).lower(), name[1])
    if unread:
        raise ValueError(f"no SHA-256 fingerprint can be read for {', '.join(unread[:5])} ({len(unread)} in all)")
    if len(found) < FEWEST:
        raise ValueError(f"expected the text of the whole page, with at least {FEWEST} authorities; found {len(found)}")
    return found


def written(aliases: dict[str, str], on: date) -> str:
    """The data file's text: one line for each authority, so that a refresh shows as a readable difference."""
    head = {"source": SOURCE, "date": on.isoformat(), "complete": True}
    listed = sorted(({"alias": alias, "sha256": sha256} for sha256, alias in aliases.items()), key=lambda a: a["alias"])
    rows = ",\n".join(f"  {json.dumps(one)}" for one in listed)
    return f'{json.dumps(head, indent=1)[:-2]},\n "authorities": [\n{rows}\n ]\n}}\n'


def main(arguments: list[str] | None = None, *, data: Path = DATA) -> int:
    """Refresh the data file; exit status 2 where the text is not the page."""
    parser = argparse.ArgumentParser(prog="python -m bot.probe.refresh_authorities", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, help="the page's text")
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="when it was read")
    options = parser.parse_args(arguments)
    before = {one["sha256"] for one in json.loads(data.read_text(encoding="utf-8"))["authorities"]}
    try:
        aliases = parse(options.file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{options.file}: {error}\n")
        return 2
    data.write_text(written(aliases, options.date), encoding="utf-8")
    new, gone = len(aliases.keys() - before), len(before - aliases.keys())
    sys.stdout.write(f"{data}: {len(aliases)} authorities, {new} new, {gone} gone\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
