"""Fixes as infrastructure code that can be pasted: Terraform's HCL and CloudFormation's YAML.

Two kinds of snippets: a resource of its own, to add (`new`), and the lines that change in a resource that people have
already (`change`). What only they can know is a `Reference` or stands in capitals, such as CERTIFICATE_ARN.
Sources: Terraform: configuration syntax; AWS: CloudFormation template formats (YAML, of which JSON is a part).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_IN_YOUR_OWN: Final = "# In your own resource; the rest stays as it is."
_PLAIN_YAML = re.compile(r"^[A-Za-z][A-Za-z0-9_:/.-]*$")
_YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


class Reference(str):
    """An expression of Terraform, written without quotes: `aws_lb.orders.arn`."""

    __slots__ = ()


Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]


def new_terraform(kind: str, name: str, attributes: Mapping[str, Value]) -> str:
    """A resource to add. Mappings become blocks, a sequence of mappings one block each."""
    lines = [f'resource "{kind}" "{_terraform_name(name)}" {{', *_hcl(attributes, "  "), "}"]
    return "\n".join(lines)


def change_terraform(kind: str, name: str, attributes: Mapping[str, Value]) -> str:
    """What changes in a resource that is there."""
    return f"{_IN_YOUR_OWN}\n{new_terraform(kind, name, attributes)}"


def new_cloudformation(kind: str, name: str, properties: Mapping[str, Value]) -> str:
    """A resource to add below `Resources`."""
    lines = [f"{_logical_id(name)}:", f"  Type: {kind}"]
    return "\n".join([*lines, *(["  Properties:", *_yaml(properties, "    ")] if properties else [])])


def change_cloudformation(kind: str, name: str, properties: Mapping[str, Value]) -> str:
    """What changes in a resource that is there."""
    return f"{_IN_YOUR_OWN}\n{new_cloudformation(kind, name, properties)}"


def _hcl(attributes: Mapping[str, Value], indent: str) -> Iterator[str]:
    """Arguments with their equal signs below each other, as `terraform fmt` has them, then the blocks."""
    plain = {name: value for name, value in attributes.items() if not _is_block(value)}
    width = max((len(name) for name in plain), default=0)
    for name, value in plain.items():
        yield f"{indent}{name.ljust(width)} = {_hcl_value(value)}"
    for name, value in attributes.items():
        if _is_block(value):
            for block in [value] if isinstance(value, Mapping) else value:  # type: ignore[union-attr]  # a block is one or several mappings
                yield from (f"{indent}{name} {{", *_hcl(block, indent + "  "), f"{indent}}}")  # type: ignore[arg-type]  # as above


def _is_block(value: Value) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(x, Mapping) for x in value)


def _hcl_value(value: Value) -> str:
    if isinstance(value, Reference):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(_hcl_value(one) for one in value)}]"


def _yaml(properties: Mapping[str, Value], indent: str) -> Iterator[str]:
    for name, value in properties.items():
        if isinstance(value, Mapping):
            yield from (f"{indent}{name}:", *_yaml(value, indent + "  "))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield f"{indent}{name}:"
            yield from _yaml_list(value, indent + "  ")
        else:
            yield f"{indent}{name}: {_yaml_scalar(value)}"


def _yaml_list(values: Sequence[Value], indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _yaml(value, indent + "  ")
            yield from (f"{indent}- {first.strip()}", *rest)
        else:
            yield f"{indent}- {_yaml_scalar(value)}"


def _yaml_scalar(value: Value) -> str:
    """Text is quoted wherever YAML could take it for something else, such as `off` for false."""
    if isinstance(value, str) and _PLAIN_YAML.match(value) and value.lower() not in _YAML_WORDS and "::" not in value:
        return value
    if isinstance(value, str):
        value = "".join(character for character in value if character.isprintable())  # YAML takes no other
    return json.dumps(value, ensure_ascii=False)


def _terraform_name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_") or "this"
    return name if name[0].isalpha() else f"_{name}"


def _logical_id(text: str) -> str:
    words = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text))
    return words or "Resource"
