"""A Reply as Slack messages. Every text goes into elements that Slack does not parse, so it reads as it was written.

Limits: https://docs.slack.dev/reference/block-kit/blocks, and `msg_blocks_too_long` at some 13,200 characters of blocks
(https://github.com/slackapi/bolt-js/issues/2509).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any

from bot.slack.escape import shorten
from bot.slack.prose import prose
from bot.slack.runs import BLOCK, ELEMENTS, link, rich_text, sections, text
from bot.split import packed
from bot.text import is_web_address
from commands.reply import Button, Field, Item, Reply

Json = dict[str, Any]

UPDATING: Json = {"link_names": False, "parse": "none"}
"""What goes with `chat.update` and `chat.postEphemeral`, so that Slack makes nothing of its own out of the text."""

POSTING: Json = {**UPDATING, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
"""What goes with `chat.postMessage`, for the same reason."""

_ROW = 9_000  # bytes of a row of buttons, whose addresses may be long
_MESSAGE = 12_000  # bytes of all blocks
_BLOCKS, _BUTTONS = 50, 25
_FALLBACK, _LABEL, _ALT = 4_000, 75, 2_000


@dataclass(frozen=True)
class Message:
    """One message: its blocks, and the text that stands for them in notifications and for screen readers."""

    text: str
    blocks: Sequence[Json]


def render(reply: Reply, ids: Sequence[str] = ()) -> list[Message]:
    """The messages that say all of `reply`, but for its file. `ids` are those of its buttons, in the order of `Reply.pressed`.

    Buttons that are pressed send their id as `value`, under an `action_id` that begins with "press:"; those that open a
    page have one that begins with "open:". Raises ValueError where there is not one id for each button.
    """
    if len(ids) != len(reply.pressed):
        raise ValueError(f"{len(reply.pressed)} buttons, {len(ids)} ids")
    groups = packed(_blocks(reply, _Buttons(ids)), _MESSAGE, _BLOCKS)
    return [Message(_fallback(group), group) for group in groups] or [Message(shorten("", _FALLBACK), [])]


def without_images(message: Mapping[str, Any]) -> Json:
    """The same, for where Slack can't fetch a picture: then it refuses all of the message."""
    return {**message, "blocks": [block for block in message["blocks"] if block["type"] != "image"]}


class _Buttons:
    """Draws buttons in reading order; each takes the next number, and the next id where it is pressed."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = iter(ids)
        self._numbers = count()

    def draw(self, buttons: Iterable[Button]) -> Iterator[Json]:
        elements = [self._element(button) for button in buttons if button.command or is_web_address(button.url)]
        for group in packed(elements, _ROW, _BUTTONS):
            yield {"type": "actions", "elements": group}

    def _element(self, button: Button) -> Json:
        label = {"type": "plain_text", "text": shorten(button.label, _LABEL), "emoji": False}
        number = next(self._numbers)
        if button.command:
            does: Json = {"action_id": f"press:{number}", "value": next(self._ids)}
        else:
            does = {"action_id": f"open:{number}", "url": button.url}
        style = {"style": button.style} if button.style in ("primary", "danger") else {}
        return {"type": "button", "text": label, **does, **style}


def _blocks(reply: Reply, buttons: _Buttons) -> Iterator[Json]:
    yield from _paragraph(text(reply.text))
    if reply.prose:  # seldom, and Markdown takes its time even over nothing
        yield from prose(reply.prose, reply.links)
    yield from _paragraph(_fields(reply.fields))
    yield from _items(reply.items, buttons)
    if is_web_address(reply.image):
        yield {"type": "image", "image_url": reply.image, "alt_text": shorten(reply.text, _ALT)}
    yield from buttons.draw(reply.buttons)


def _items(items: Iterable[Item], buttons: _Buttons) -> Iterator[Json]:
    """Items without buttons make one list; the others are followed by theirs."""
    for has_buttons, group in groupby(items, key=lambda item: bool(item.buttons)):
        if not has_buttons:
            yield from _list(group)
            continue
        for item in group:
            yield from _list([item])
            yield from buttons.draw(item.buttons)


def _list(items: Iterable[Item]) -> Iterator[Json]:
    found = [section for item in items for section in sections(_item(item))]
    for group in packed(found, BLOCK, ELEMENTS):
        yield rich_text({"type": "rich_text_list", "style": "bullet", "elements": group})


def _paragraph(elements: Iterable[Json]) -> Iterator[Json]:
    for section in sections(elements):
        yield rich_text(section)


def _item(item: Item) -> Iterator[Json]:
    if is_web_address(item.url):
        yield from link(item.title or item.url, item.url)
    else:
        yield from text(item.title, bold=True)
    if item.detail:
        yield from text(f" — {item.detail}" if item.title else item.detail)


def _fields(fields: Iterable[Field]) -> Iterator[Json]:
    for position, field in enumerate(fields):
        line = "\n" if position else ""
        yield from text(f"{line}{field.name}: ", bold=True)
        yield from text(field.value)


def _fallback(blocks: Sequence[Json]) -> str:
    return shorten("\n".join(filter(None, map(_read, blocks))), _FALLBACK)


def _read(element: Json) -> str:
    """What there is to read in a block, buttons aside."""
    match element["type"]:
        case "text" | "link":
            return str(element["text"])
        case "rich_text" | "rich_text_list":
            return "\n".join(map(_read, element["elements"]))
        case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
            return "".join(map(_read, element["elements"]))
        case _:
            return ""
