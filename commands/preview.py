"""What a write would do, said before it does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from commands.option import HIDDEN
from commands.reply import Field

State = Annotated[dict[str, str], HIDDEN]
"""How a write left a thing: given to the command that takes it back. `NOTHING` where nothing is taken back."""

NOTHING: Final[dict[str, str]] = {}


@dataclass(frozen=True)
class Change:
    """Something that would be different afterwards. Empty texts stand for nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """A command that writes yields one, having read what it needs and before it writes anything. All of it is plain text.

    `text` says what would be done: “Move “Design review” to Friday 27 November, 14:00–15:00.” `hints` are for the asker, not
    for others who confirm it, and may be different a minute later. With `asks` somebody has to confirm it, whoever asked, for
    the thing is not as they think; `yes` is what the button says that does. What is `private` is shown to the asker alone.
    """

    text: str
    fields: tuple[Field, ...] = ()
    changes: tuple[Change, ...] = ()
    hints: tuple[Field, ...] = ()
    asks: bool = False
    yes: str = "Confirm"
    private: bool = False


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs between two states of a thing, each a text by the name of what it tells."""
    names = dict.fromkeys((*before, *after))
    told = (Change(name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(change for change in told if change.before != change.after)


def compared(
    preview: Preview,
    left: Mapping[str, str],
    found: Mapping[str, str],
    told: Callable[[Change], Change] = lambda change: change,
) -> Preview:
    """The preview of taking something back. Where it is not as it was left any more, it shows what was changed, and asks.

    `told` puts such a change in words.
    """
    if not left or left == found:
        return preview
    changed = [told(change) for change in differences(left, found)]
    since = (replace(change, name=f"Changed since: {change.name}") for change in changed)
    text = f"{preview.text} But it was changed since."
    return replace(preview, text=text, changes=(*since, *preview.changes), asks=True, yes="Undo anyway")
