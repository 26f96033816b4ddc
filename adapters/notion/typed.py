"""What people type for a column, as Notion takes it: https://developers.notion.com/reference/page-property-values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from adapters.errors import Refused
from adapters.notion.address import id_in
from adapters.notion.database import Column
from adapters.notion.dates import date_value
from adapters.notion.people import Person, named
from adapters.notion.value import Property, exactly, number, text_of

_PIECE = 2000  # characters of one piece of rich text
_PIECES = 100
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off", "")
Told = tuple[Any, str]


@dataclass(frozen=True)
class Reader:
    """Reads what is typed now, by somebody (`me`), among `people`."""

    now: datetime
    people: Sequence[Person] = ()
    me: Person | None = None

    def read(self, column: Column, text: str) -> Property:
        """The value as it will stand there; its `exact` is what is sent. Raises Refused, which says what is wanted."""
        if not column.editable:
            raise Refused(f"“{column.name}” can't be set: Notion fills it in itself.")
        text = text.strip() if column.type != "rich_text" else text
        try:
            sent, shown = _EMPTY.get(column.type, (None, "")) if not text.strip() else _READERS[column.type](self, column, text)
        except ValueError:
            raise Refused(f"“{column.name}” can't be “{text[:80]}”: it wants {column.wants}.") from None
        return Property(column.name, column.type, shown, exactly(sent))

    def _text(self, column: Column, text: str) -> Told:
        return pieces(text), text

    def _number(self, column: Column, text: str) -> Told:
        value = float(text)
        if not isfinite(value):
            raise ValueError
        return (int(value) if value.is_integer() else value), number(value)

    def _option(self, column: Column, text: str) -> Told:
        name = option(column, text)
        return {"name": name}, name

    def _options(self, column: Column, text: str) -> Told:
        names = list(dict.fromkeys(option(column, each) for each in several(text)))
        return [{"name": each} for each in names], ", ".join(names)

    def _date(self, column: Column, text: str) -> Told:
        value = date_value(text, self.now)
        zone = self.now.tzinfo
        return value, text_of("date", value, zone)  # type: ignore[arg-type]  # the asker's zone is a ZoneInfo

    def _people(self, column: Column, text: str) -> Told:
        found = [named(each, self.people, self.me) for each in several(text)]
        return [{"id": each.id} for each in found], ", ".join(each.name or each.id for each in found)

    def _checkbox(self, column: Column, text: str) -> Told:
        return (True, "yes") if is_yes(text) else (False, "no")

    def _url(self, column: Column, text: str) -> Told:
        if not text.startswith(("https://", "http://")) or " " in text:
            raise ValueError
        return text, text

    def _email(self, column: Column, text: str) -> Told:
        if text.count("@") != 1 or " " in text:
            raise ValueError
        return text, text

    def _plain(self, column: Column, text: str) -> Told:
        return text, text

    def _relation(self, column: Column, text: str) -> Told:
        ids = [id_in(each) for each in several(text)]
        if not all(ids):
            raise ValueError
        return [{"id": each} for each in ids], ", ".join(ids)


_READERS: Mapping[str, Callable[[Reader, Column, str], Told]] = {
    "title": Reader._text,
    "rich_text": Reader._text,
    "number": Reader._number,
    "select": Reader._option,
    "status": Reader._option,
    "multi_select": Reader._options,
    "date": Reader._date,
    "people": Reader._people,
    "checkbox": Reader._checkbox,
    "url": Reader._url,
    "email": Reader._email,
    "phone_number": Reader._plain,
    "relation": Reader._relation,
}
_LISTS = ("title", "rich_text", "multi_select", "people", "relation")
_EMPTY: Mapping[str, Told] = {**{type: ([], "") for type in _LISTS}, "checkbox": (False, "no")}


def pieces(text: str) -> list[dict[str, Any]]:
    """Text without formatting, in as many pieces as Notion needs. Raises Refused where it takes no text that long."""
    if len(text) > _PIECE * _PIECES:
        raise Refused(f"That is too long for Notion: it takes {_PIECE * _PIECES:,} characters.")
    parts = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return [{"type": "text", "text": {"content": part}} for part in parts]


def several(text: str) -> list[str]:
    """What is parted by commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


def option(column: Column, text: str) -> str:
    """The column's option of that name, in any case. Raises ValueError."""
    found = [each for each in column.options if each == text] or [
        each for each in column.options if each.casefold() == text.strip().casefold()
    ]
    if not found:
        raise ValueError
    return found[0]


def is_yes(text: str) -> bool:
    """Raises ValueError for what is neither yes nor no."""
    word = text.strip().casefold()
    if word not in (*_YES, *_NO):
        raise ValueError
    return word in _YES
