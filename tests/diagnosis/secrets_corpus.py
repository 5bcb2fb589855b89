"""Made-up secrets and the texts that carry them, from `data/secrets.json`."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

CORPUS = json.loads((Path(__file__).parent / "data" / "secrets.json").read_text(encoding="utf-8"))

ENCODINGS = {
    None: str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json2": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "percent": lambda text: quote(text, safe=""),
    "single": lambda text: text.replace("'", "\\'"),
    "shell": lambda text: text.replace("'", "’"),
    "xml": escape,
}


def written(carrier: dict[str, Any], secret: str, name: str = "") -> tuple[str, str]:
    """The carrier's text with the secret in it, and the secret as it stands there."""
    encoded = ENCODINGS[carrier["encoding"]](secret)
    return carrier["text"].format(name=name, secret=encoded), encoded
