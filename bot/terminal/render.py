"""A Reply as a rich renderable. Every text goes into a `Text`, which rich does not parse for markup."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.terminal.plain import instead, one_line
from bot.terminal.prose import prose
from bot.text import clean, is_web_address, size
from commands.reply import Button, Field, Item, Reply

Mark = Callable[[Button], Text | None]
"""Draws a button that runs something."""

_INDENT = (0, 0, 0, 2)


def render(reply: Reply, mark: Mark) -> RenderableType:
    """The reply in full; `mark` is asked for each of `Reply.pressed`, in that order."""
    return Group(*_parts(reply, mark))


def spelled_out(button: Button) -> Text | None:
    """Where nothing can be pressed: what to type instead. A form has nothing to be typed yet: the usage is in the text."""
    return None if button.form else Text(instead(button), style="cyan")


def numbered() -> Mark:
    """Where a button is pressed by its number."""
    numbers = count(1)
    return lambda button: Text.assemble((f"[{next(numbers)}]", "bold cyan"), " ", one_line(button.label))


def _parts(reply: Reply, mark: Mark) -> Iterator[RenderableType]:
    has_more = bool(reply.fields or reply.items or reply.prose)
    yield Text(_shown(reply.text), style="bold" if has_more else "")
    yield from (Padding(each, _INDENT) for each in prose(reply.prose, reply.links))
    if reply.fields:
        yield Padding(_fields(reply.fields), _INDENT)
    if reply.items:
        yield Padding(_items(reply.items, mark), _INDENT)
    if is_web_address(reply.image):
        yield _link(reply.image, reply.image)
    if reply.file:
        yield Text.assemble(one_line(reply.file.name), (f"  {size(len(reply.file.content))}", "dim"))
    yield from _buttons(reply.buttons, mark)


def _fields(fields: Iterable[Field]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for field in fields:
        table.add_row(Text(one_line(field.name), style="cyan"), Text(_shown(field.value)))
    return table


def _items(items: Iterable[Item], mark: Mark) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    for item in items:
        table.add_row(Text("•", style="cyan"), Group(_item(item), *_buttons(item.buttons, mark)))
    return table


def _item(item: Item) -> Text:
    title = one_line(item.title)
    said = _link(title or item.url, item.url) if is_web_address(item.url) else Text(title, style="bold")
    if item.detail:
        said = Text.assemble(said, (" — " if title else "", "dim"), _shown(item.detail))
    return said


def _buttons(buttons: Iterable[Button], mark: Mark) -> Iterator[Text]:
    drawn = (_button(button, mark) for button in buttons)
    yield from (button for button in drawn if button)


def _button(button: Button, mark: Mark) -> Text | None:
    if button.command:
        return mark(button)
    return _link(f"{one_line(button.label)} ↗", button.url) if is_web_address(button.url) else None


def _link(text: str, url: str) -> Text:
    return Text.assemble((text, Style(link=url, underline=True, bold=True)))  # a Text's own style would also fill its line


def _shown(text: str) -> str:
    """With spaces for tabs: in a table, rich leaves a tab the room of one sign."""
    return clean(text).strip().expandtabs(4)
