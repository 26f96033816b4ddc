"""The chain of the audit: each row holds the hash of the one before, so that none can be changed, removed or moved unseen.

There is no secret in it. Who can write the database can make a new chain; whoever has kept the head's hash will know.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from storage.entry import Entry

NAMES = tuple(field.name for field in fields(Entry))
"""What is hashed of a row, together with the hash of the row before."""

COLUMNS = (*NAMES, "previous", "hash")
Row = tuple[Any, ...]  # of these columns

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode


def links(entries: Iterable[Entry], number: int, hash: str) -> Iterator[Row]:
    """The rows that follow the one with this number and hash; the first of all follows number 0, with no hash."""
    for entry in entries:
        number, previous = number + 1, hash
        values = {**vars(entry), "at": entry.at + 0.0, "number": number}  # a float, and not -0.0: as it will be read
        hash = hash_of(previous, values)
        yield (*values.values(), previous, hash)


def hash_of(previous: str, values: Mapping[str, Any]) -> str:
    """Of a row's values by their names. They are the texts themselves, not what stands in the database for them."""
    told = previous + _canonical(values)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
