"""A Reply as Teams messages, each an Adaptive Card 1.5. Every text goes into runs that Teams does not parse.

A TextBlock and the facts of a FactSet would be read as markdown, and may mention people, so neither is used:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format.
Limits: six buttons to a row (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/design-effective-cards),
and 28 KB to a message, the smallest that Microsoft names (today it would be 80 KB of UTF-16:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.split import packed
from bot.teams.escape import shorten
from bot.teams.prose import prose
from bot.teams.runs import link, paragraph, rich_text, run, text
from bot.text import clean, is_web_address, size
from commands.reply import Button, Field, File, Item, Reply

Json = dict[str, Any]

_ROW = 9_000  # bytes of a row of buttons, whose addresses may be long
_BODY = 18_000  # bytes of all elements: with summary and frame under 24 KB, which leaves 4 KB to whatever carries the card
_BLOCKS, _BUTTONS = 100, 6
_SUMMARY, _LABEL, _ALT = 500, 75, 500
_WIDE = 200  # characters from which a card is easier to read at full width
_STYLES = {"primary": "positive", "danger": "destructive"}
_TOO_OLD = "This can't be shown by your version of Teams. Please update it."  # our words only: clients parse this one


@dataclass(frozen=True)
class Message:
    """One message: its card, and the text that stands for it in notifications."""

    text: str
    card: Json


def render(reply: Reply, ids: Sequence[str] = (), call: str = "") -> list[Message]:
    """The messages that say all of `reply`; of its file the name only. `ids` are those of `Reply.pressed`, in that order.

    With a `call`, each card can be found by it: its first element bears the id `call:<call>:<number of the message>`.
    Raises ValueError where there is not one id for each button.
    """
    if len(ids) != len(reply.pressed):
        raise ValueError(f"{len(reply.pressed)} buttons, {len(ids)} ids")
    blocks = list(_blocks(reply, iter(ids))) or [rich_text([run("…")])]
    groups = packed(blocks, _BODY, _BLOCKS)
    return [_message(group, f"call:{call}:{part}" if call else "") for part, group in enumerate(groups)]


def _message(body: Sequence[Json], id: str) -> Message:
    told = "\n".join(filter(None, map(_read, body)))
    marked = [{**body[0], "id": id}, *body[1:]] if id else list(body)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": _TOO_OLD,
        "body": marked,
        **({"msteams": {"width": "Full"}} if len(told) >= _WIDE else {}),
    }
    return Message(shorten(told, _SUMMARY), card)


def _blocks(reply: Reply, ids: Iterator[str]) -> Iterator[Json]:
    yield from paragraph(text(reply.text))
    yield from prose(reply.prose, reply.links)
    yield from paragraph(_fields(reply.fields))
    for item in reply.items:
        yield from paragraph(_item(item))
        yield from _rows(_submit(button, ids) for button in item.buttons)
    if is_web_address(reply.image):
        yield {"type": "Image", "url": reply.image, "altText": shorten(reply.text, _ALT)}
    if reply.file:
        yield from paragraph(_file(reply.file))
    yield from _rows(_execute(button, ids) for button in reply.buttons)


def _item(item: Item) -> Iterator[Json]:
    if is_web_address(item.url):
        yield from link(item.title or item.url, item.url)
    else:
        yield from text(item.title, weight="Bolder")
    if item.detail:
        yield from text(f" — {item.detail}" if item.title else item.detail)


def _fields(fields: Iterable[Field]) -> Iterator[Json]:
    for position, field in enumerate(fields):
        line = "\n" if position else ""
        yield from text(f"{line}{field.name}: ", weight="Bolder")
        yield from text(field.value)


def _file(file: File) -> Iterator[Json]:
    """Bots send no files into channels: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4."""
    yield from text(" ".join(clean(file.name).split()), weight="Bolder")
    yield from text(f" ({size(len(file.content))})", isSubtle=True)


def _rows(actions: Iterable[Json]) -> Iterator[Json]:
    for group in packed(filter(None, actions), _ROW, _BUTTONS):
        yield {"type": "ActionSet", "actions": group}


def _execute(button: Button, ids: Iterator[str]) -> Json:
    """A reply's own button: the outcome stands in the place of the card."""
    if button.command and not button.form:
        return _action(button, "Action.Execute", verb="press", data={"offer": next(ids)})
    return _submit(button, ids)


def _submit(button: Button, ids: Iterator[str]) -> Json:
    """An item's button: the list stays, and the outcome is a message of its own. Nothing for one that does nothing."""
    if button.command:
        opens = {"msteams": {"type": "task/fetch"}} if button.form else {}
        return _action(button, "Action.Submit", data={"offer": next(ids), **opens})
    return _action(button, "Action.OpenUrl", url=button.url) if is_web_address(button.url) else {}


def _action(button: Button, type: str, **does: Any) -> Json:
    style = {"style": _STYLES[button.style]} if button.style in _STYLES else {}
    return {"type": type, "title": shorten(button.label, _LABEL), **does, **style}


def _read(block: Json) -> str:
    """What there is to read in a block, buttons aside."""
    inner = [_read(each) for each in block.get("items", ())]
    return "\n".join(inner) or "".join(each["text"] for each in block.get("inlines", ()))
