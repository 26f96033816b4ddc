"""A Reply as plain lines: for pipes, for screen readers, for `--plain`."""

import re
from collections.abc import Iterable, Iterator

from bot import prose
from bot.terminal.typed import typed
from bot.text import clean, is_web_address, size
from commands.reply import Button, Field, Item, Reply

_LINE = re.compile(r"^(?=.)", re.MULTILINE)


def plain(reply: Reply) -> str:
    """The reply in full. Foreign text can neither control the terminal nor begin a line where ours begin."""
    return "\n".join(_lines(reply))


def one_line(text: str) -> str:
    """Clean, with every run of spaces and line ends as one space."""
    return " ".join(clean(text).split())


def instead(button: Button) -> str:
    """What to type where a button can't be pressed."""
    label, words = one_line(button.label), one_line(typed(button))
    return f"→ {words}" if label == words else f"{label} → {words}"


def set_in(prose: str) -> str:
    """Its lines, a little to the right of our own: none of them can be taken for what we say or suggest."""
    return _LINE.sub("  ", prose)


def _lines(reply: Reply) -> Iterator[str]:
    yield clean(reply.text).strip()
    if reply.prose:
        yield set_in(prose.plain(reply.prose, reply.links))
    yield from map(_field, reply.fields)
    for item in reply.items:
        yield _item(item)
        yield from (f"  {line}" for line in _buttons(item.buttons))
    if is_web_address(reply.image):
        yield reply.image
    if reply.file:
        yield f"{one_line(reply.file.name)} ({size(len(reply.file.content))})"
    yield from _buttons(reply.buttons)


def _field(field: Field) -> str:
    return f"{one_line(field.name)}: {_indented(field.value)}"


def _item(item: Item) -> str:
    link = item.url if is_web_address(item.url) else ""
    return "- " + " — ".join(filter(None, (one_line(item.title), _indented(item.detail), link)))


def _buttons(buttons: Iterable[Button]) -> Iterator[str]:
    """What would be pressed elsewhere is typed here. A form has nothing to be typed yet: the usage is in the text."""
    for button in buttons:
        if button.command and not button.form:
            yield instead(button)
        elif is_web_address(button.url):
            yield f"{one_line(button.label)}: {button.url}"


def _indented(text: str) -> str:
    return clean(text).strip().replace("\n", "\n  ")
