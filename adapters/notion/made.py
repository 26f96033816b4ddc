"""What an earlier attempt of the same call made, if its answer was lost.

Notion takes no keys of ours. So it is looked for: by this bot, not before a person asked for it (Notion tells whole minutes),
and saying the same. Where more than one thing fits, or something nearly does, nobody can tell.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from adapters.errors import Unknown
from adapters.notion.content import letters, plain_letters
from adapters.notion.page import Block, Page
from adapters.notion.wire import Json


@dataclass(frozen=True)
class Earlier:
    """`author` is this bot's id, `asked` the moment when a person wanted it."""

    author: str
    asked: datetime | None

    def may_have_made(self, told: Json) -> bool:
        """Of a page or a block as Notion tells it. Raises LookupError, ValueError for what Notion would not tell."""
        return bool(told["created_by"]["id"] == self.author and self._is_since(datetime.fromisoformat(told["created_time"])))

    def page(self, pages: Sequence[Page], title: str) -> Page | None:
        """The one of that title. Raises Unknown where there are several."""
        wanted = title.strip() or "Untitled"
        found = [each for each in pages if each.title == wanted and each.author == self.author and self._is_since(each.created)]
        if len(found) > 1:
            raise Unknown(f"There are {len(found)} new pages “{wanted}” in Notion, so I can't tell whether this one was made.")
        return found[0] if found else None

    def blocks(self, blocks: Sequence[Block], markdown: str) -> tuple[Block, ...]:
        """Those, one after the other, that say just that. Raises Unknown where there are several such, or only others."""
        found = _runs(blocks, letters(markdown))
        if blocks and len(found) != 1:
            raise Unknown("There are new lines on that page in Notion, and I can't tell whether they are these.")
        return found[0] if found else ()

    def _is_since(self, moment: datetime) -> bool:
        return self.asked is None or moment >= self.asked.replace(second=0, microsecond=0)


def _runs(blocks: Sequence[Block], wanted: str) -> list[tuple[Block, ...]]:
    """Where these letters stand in whole blocks, with those around them in which no letter stands."""
    told = [plain_letters(block.text) for block in blocks]
    ends = [0, *accumulate(map(len, told))]
    whole = "".join(told)
    starts = [number for number, text in enumerate(told) if text and wanted and whole.startswith(wanted, ends[number])]
    spans = ((bisect_left(ends, ends[start]), ends[start] + len(wanted)) for start in starts)
    return [tuple(blocks[first : bisect_right(ends, end) - 1]) for first, end in spans if end in ends]
