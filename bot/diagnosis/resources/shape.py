"""What all shapes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_pascal


class Shape(BaseModel):
    """A frozen structure that ignores what it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, Mapping) else data


class AwsShape(Shape):
    """A structure whose fields carry AWS's PascalCase names."""

    model_config = ConfigDict(alias_generator=to_pascal)
