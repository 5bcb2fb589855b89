"""The operations, one file per service."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from bot.demo.aws.errors import AwsError, unknown_operation
from bot.demo.aws.services.common import OPERATIONS, Call

__all__ = ["Call", "answer"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

# These change nothing about what is in a world: every resource is shown, and nothing is masked.
_WITHOUT_EFFECT = {"Include", "IncludeManagedResources", "LabelOptions", "interleaved", "locale", "unmask"}


def answer(call: Call, protocol: str) -> dict[str, Any]:
    """The answer to a call as the dict that boto3 will see. AwsError when AWS would refuse it.

    What is not written here is refused too, operations and parameters alike: an answer that ignores half of the
    question would hide the caller's mistakes.
    """
    operation = OPERATIONS.get((call.service, call.operation))
    if operation is None:
        raise unknown_operation(call.service, call.operation, protocol)
    result = operation(call)
    ignored = call.unused() - _WITHOUT_EFFECT
    if ignored:
        names = ", ".join(sorted(ignored))
        text = f"The local AWS does not know the parameter {names} of {call.service}:{call.operation}."
        raise AwsError("InvalidParameterValue", text)
    return result
