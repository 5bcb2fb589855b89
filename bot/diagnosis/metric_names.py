"""From the dimension of a metric to the API.

AWS: "Amazon API Gateway dimensions and metrics": API Gateway takes the characters out of ApiName that are not ASCII,
and where nothing is left, the API's id is the name. CloudWatch cuts a dimension's value at 255 characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.diagnosis.resources import Api

_LONGEST: Final = 255
REST_METRICS: Final = frozenset({"5XXError", "4XXError"})
"""What REST APIs alone publish; HTTP APIs say 5xx and 4xx."""


def metric_name(api: Api) -> str:
    """The value of ApiName in the metrics of a REST API."""
    return "".join(letter for letter in api.name if letter.isascii())[:_LONGEST] or api.id


def meant(dimension: str, apis: Sequence[Api]) -> tuple[Api, ...]:
    """The APIs that ApiName or ApiId means: of exactly this name, else of this name in metrics, else of this id."""
    exact = tuple(api for api in apis if api.name == dimension)
    stripped = tuple(api for api in apis if metric_name(api) == dimension)
    return exact or stripped or tuple(api for api in apis if api.id == dimension)
