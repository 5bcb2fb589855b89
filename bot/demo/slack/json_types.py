"""The one name for a JSON object; Slack's payloads are open-ended, so their values are not typed further."""

from typing import Any

Json = dict[str, Any]
