"""The audit as files for other programs: CSV and JSON, a piece at a time."""

import csv
import io
import json
import unicodedata
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

from bot.text import clean
from storage.entry import Entry

COLUMNS = (
    *("number", "at", "kind", "id", "actor", "name", "via", "conversation"),
    *("command", "arguments", "account", "confirmed_by", "outcome", "said", "record"),
)
TYPES = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}
"""By what each format is called, its media type: RFC 4180 and RFC 8259."""

_PIECE = 100  # rows
_FORMULAS = "=+-@"
_BLANK = ("Cc", "Cf", "Zs", "Zl", "Zp")  # categories of what a spreadsheet may skip before a formula


async def exported(entries: AsyncIterator[Entry], format: str) -> AsyncIterator[bytes]:
    """All of them, in UTF-8. `format` is one of TYPES."""
    before, text_of, between, after = _FORMATS[format]
    yield before.encode()
    first = True
    async for piece in _pieces(entries):
        yield (("" if first else between) + between.join(map(text_of, piece))).encode()
        first = False
    yield after.encode()


def iso(at: float) -> str:
    """In UTC."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):  # somebody has changed it: it is exported all the same
        return str(at)


def csv_row(cells: Iterable[object]) -> str:
    """One line, with its end. Every cell is quoted, and none is a formula."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([inert(str(cell)) for cell in cells])
    return line.getvalue()


def inert(cell: str) -> str:
    """The cell as a spreadsheet shows it: one that it would take for a formula gets an apostrophe in front.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    cell = clean(cell)
    return f"'{cell}" if cell[:1] in ("\t", "\n") or _first_sign(cell) in _FORMULAS else cell


def _first_sign(cell: str) -> str:
    """A formula's sign may be written wide: it counts as the same. A space where there is none at all."""
    first = next((sign for sign in cell if unicodedata.category(sign) not in _BLANK), " ")
    return unicodedata.normalize("NFKC", first)


def _csv_row(entry: Entry) -> str:
    return csv_row(_values(entry).values())


def _json_row(entry: Entry) -> str:
    return json.dumps(_values(entry))


def _values(entry: Entry) -> dict[str, Any]:
    return {name: iso(entry.at) if name == "at" else getattr(entry, name) for name in COLUMNS}


async def _pieces(entries: AsyncIterator[Entry]) -> AsyncIterator[list[Entry]]:
    piece: list[Entry] = []
    async for entry in entries:
        piece.append(entry)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


_FORMATS = {"csv": (csv_row(COLUMNS), _csv_row, "", ""), "json": ("[\n", _json_row, ",\n", "\n]\n")}
