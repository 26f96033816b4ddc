"""What would become of pages and rows at Notion, in words that stay true until somebody confirms them."""

from collections.abc import Sequence

from adapters.notion.database import Database
from adapters.notion.page import Block, Page, Property
from commands.agenda import count, listed
from commands.excerpt import begins
from commands.preview import Change, Preview
from commands.reply import Field
from commands.talk import Said

_AUTHORS = 5  # told by name


def created(place: Page | Database, title: str, text: str) -> Preview:
    return Preview(f"Create “{title}” in “{place.title}”.", _text(text))


def added(database: Database, values: Sequence[Property]) -> Preview:
    fields = tuple(Field(each.name, each.text) for each in values if each.text)
    return Preview(f"Add a row to “{database.title}”.", fields)


def saved(place: Page | Database, title: str, said: Sequence[Said]) -> Preview:
    authors = list(dict.fromkeys(each.author for each in said))
    others = [f"{len(authors) - _AUTHORS} more"] if len(authors) > _AUTHORS else []
    told = f"{count(len(said), 'message')} of {listed([*authors[:_AUTHORS], *others])}"
    return Preview(f"Save “{title}” in “{place.title}”.", (Field("What", told), *_text(said[0].text)))


def appended(page: Page, text: str) -> Preview:
    return Preview(f"Append to “{page.title}”.", _text(text))


def removed(blocks: Sequence[Block]) -> Preview:
    return Preview(f"Take out {summed_up(blocks)}.", changes=_parts(blocks))


def put_back(blocks: Sequence[Block]) -> Preview:
    changes = tuple(Change(each.name, each.after, each.before) for each in _parts(blocks))
    return Preview(f"Put {summed_up(blocks)} back.", changes=changes)


def archived(page: Page) -> Preview:
    return Preview(f"Put “{page.title}” into the trash.", changes=(Change("In Notion", page.title, "in the trash"),))


def restored(page: Page) -> Preview:
    return Preview(f"Take “{page.title}” out of the trash.", changes=(Change("In Notion", "in the trash", page.title),))


def summed_up(blocks: Sequence[Block]) -> str:
    """What was appended, by its first words."""
    first = next(filter(None, (begins(each.text, 60) for each in blocks)), "")
    more = f" and {count(len(blocks) - 1, 'more piece')}" if len(blocks) > 1 else ""
    return f"“{first}”{more}" if first else count(len(blocks), "piece")


def _parts(blocks: Sequence[Block]) -> tuple[Change, ...]:
    return tuple(Change(f"Part {number}", begins(block.text) or "(no text)", "") for number, block in enumerate(blocks, 1))


def _text(text: str) -> tuple[Field, ...]:
    return (Field("Text", begins(text)),) if text.strip() else ()
