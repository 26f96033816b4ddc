"""How records of a CRM are told: their lines, their cards, and what of them matters when a write is taken back."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from adapters.hubspot.record import Found, Money, Record
from commands.agenda import count, listed
from commands.reply import Button, Field, Item, Reply

MOST = 10  # records in a list
_PLURALS = {"company": "companies"}
_MOVED = ("deal", "ticket")


def reference(record: Record) -> str:
    """By what a command finds this very record again."""
    return f"{record.kind}:{record.id}"


def back(record: Record, left: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """The arguments of the command that takes a write back."""
    return {"record": reference(record), **more, "left": dict(left)}


def counted(number: int, kind: str) -> str:
    """As in "1 deal", "2 companies"."""
    return f"{number} {_PLURALS[kind]}" if kind in _PLURALS and number != 1 else count(number, kind)


def which_kind(kinds: Sequence[str]) -> str:
    """As in "deal", "deal or ticket"."""
    *others, last = kinds
    return f"{', '.join(others)} or {last}" if others else last


def worth(sums: Sequence[Money]) -> str:
    """As in "12,500 EUR and 48,000 USD"."""
    return listed(str(each) for each in sums)


def described(record: Record) -> str:
    """What it is, on one line: "deal · Contract sent · 48,000 USD · Sam Sellers"."""
    known = record.stage or (record.facts[0].value if record.facts else "")
    return " · ".join(filter(None, (record.kind, known, str(record.money or ""), record.owner)))


def line(record: Record) -> Item:
    """A record in a list, with a button for its card."""
    return Item(record.title, described(record), record.url, (Button("Show", f"hubspot {record.kind}", _named(record)),))


def written(record: Record) -> Item:
    """The same where it has just been written."""
    return Item(record.title, described(record), record.url)


def best(found: Sequence[Found]) -> list[Record]:
    """The first few of all kinds, so that none is crowded out; each kind together, in its order."""
    ranks = zip_longest(*(each.records for each in found))
    first = [record for rank in ranks for record in rank if record][:MOST]
    order = [each.kind for each in found]
    return sorted(first, key=lambda record: order.index(record.kind))


def card(record: Record) -> Reply:
    """All that people care about of one record, with what it is linked to and what can be done about it."""
    stage = f" in “{record.stage}”" if record.stage else ""
    text = f"“{record.title}” is a {record.kind}{stage}{f', worth {record.money}' if record.money else ''}."
    links = tuple(Item(each.title, each.kind, each.url) for each in record.related[:MOST])
    cut = f" Here are {MOST} of its {len(record.related)} links." if len(record.related) > MOST else ""
    return Reply(text + cut, links, _fields(record), tuple(_buttons(record)))


def state(record: Record) -> dict[str, str]:
    """What matters to people, as texts, by what it is called."""
    return {"name": record.title, **{field.name: field.value for field in _fields(record)}}


def linked(record: Record) -> str:
    """The names of what it is linked to."""
    return listed(each.title for each in record.related)


def filled(told: Mapping[str, str]) -> tuple[Field, ...]:
    """A field for each text that is not empty."""
    return tuple(Field(name, value) for name, value in told.items() if value)


def _fields(record: Record) -> tuple[Field, ...]:
    told = {"Amount": str(record.money or ""), "Stage": record.stage, "Pipeline": record.pipeline, "Owner": record.owner}
    return filled({**told, **{fact.name: fact.value for fact in record.facts}})


def _buttons(record: Record) -> Iterator[Button]:
    if record.url:
        yield Button("Open in HubSpot", url=record.url)
    if record.kind in _MOVED:
        yield Button("Move", "hubspot move", {"record": reference(record)}, form=True)
    for label, command in (("Note", "hubspot note"), ("Task", "hubspot task")):
        yield Button(label, command, {"record": reference(record)}, form=True)


def _named(record: Record) -> dict[str, str]:
    return {record.kind: reference(record)}
