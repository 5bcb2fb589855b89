"""Long texts in DynamoDB: compressed, and split where they are longer than an item may be."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass

from bot.store.dynamodb_expiry import expiring
from bot.store.dynamodb_table import Item, Key, Table

PART = 350_000
"""Bytes of one part. An item holds 400 KB, with the names of its attributes (AWS: DynamoDB, "Quotas", item size)."""


@dataclass(frozen=True)
class Document:
    """A text that was stored: under which name, in how many parts."""

    name: str
    parts: int

    @property
    def reference(self) -> str:
        """How an item points to it."""
        return f"{self.name}/{self.parts}"

    def keys(self, pk: str) -> list[Key]:
        """The keys of its parts, in order."""
        return [(pk, f"{self.name}#{number:04d}") for number in range(self.parts)]

    @classmethod
    def of(cls, reference: str) -> Document:
        """What `reference` gave."""
        name, _, parts = reference.rpartition("/")
        return cls(name, int(parts))


async def store_document(table: Table, pk: str, name: str, text: str, *, expires: int) -> Document:
    """
    Store a text beside the items of `pk`. Every call makes a new document, so that a reader of the old one keeps it
    until the item that points to it is changed.
    """
    content = compressed(text)
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    document = Document(f"{name}#{secrets.token_hex(8)}", len(parts))
    for key, part in zip(document.keys(pk), parts, strict=True):
        await table.put({"pk": key[0], "sk": key[1], "content": part, **expiring(expires)})
    return document


async def read_document(table: Table, pk: str, reference: str) -> str | None:
    """The text; None where it was replaced or forgotten meanwhile."""
    keys = Document.of(reference).keys(pk)
    parts = await table.get_all(keys)
    if len(parts) < len(keys):
        return None
    return text_of(b"".join(content_of(parts[key]) for key in keys))


async def delete_document(table: Table, pk: str, reference: str) -> None:
    """Delete what a reference points to."""
    await table.delete_all(Document.of(reference).keys(pk))


def compressed(text: str) -> bytes:
    """A text as it is stored. Lone surrogates, which JSON may bring, come back as they were."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def text_of(content: bytes) -> str:
    """What `compressed` stored."""
    return zlib.decompress(content).decode("utf-8", "surrogatepass")


def content_of(item: Item) -> bytes:
    """The bytes of an item's `content`, which boto3 gives as a `Binary`."""
    return bytes(item["content"])
