"""What is kept of a record that is archived, so that it can be made anew: HubSpot brings nothing back by itself."""

from dataclasses import dataclass, field
from typing import Annotated, Final

from adapters.errors import Refused
from adapters.hubspot.client import HubSpot
from adapters.hubspot.record import Record, Related
from adapters.hubspot.wire import NotFound
from commands.option import HIDDEN
from commands.which import Reference

_LONGEST = 80  # characters of a name that is a whole text, as a note's is


@dataclass(frozen=True)
class Kept:
    """`values` are as HubSpot keeps them, by property; `links` are spelled “company:3”."""

    title: str = ""
    values: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    @property
    def related(self) -> list[Related]:
        """What it was linked to, as far as that is needed to link it again."""
        named = (each.partition(":") for each in self.links)
        return [Related(kind, id, title="", url="") for kind, _, id in named]


KeptOption = Annotated[Kept, HIDDEN]
NOTHING_KEPT: Final = Kept()


async def there(hubspot: HubSpot, which: Reference) -> Record | None:
    """The record, or None where it is archived, or never was."""
    try:
        return await hubspot.record(which.kind, which.id)
    except NotFound:
        return None


async def keeping(hubspot: HubSpot, record: Record) -> Kept:
    """All of a record that it takes to make it anew."""
    links = [f"{each.kind}:{each.id}" for each in record.related]
    return Kept(called(record.title), await hubspot.values(record.kind, record.id), links)


async def archived(hubspot: HubSpot, which: Reference) -> Kept:
    """The same of one that is archived already: HubSpot has forgotten then what it was linked to. Raises Refused."""
    try:
        record = await hubspot.record(which.kind, which.id, archived=True)
    except NotFound:
        raise Refused(f"HubSpot has no archived {which.kind} with that id. It keeps them for 90 days.") from None
    return Kept(called(record.title), await hubspot.values(which.kind, which.id, archived=True))


def called(title: str) -> str:
    """A title in one line, shortened."""
    title = " ".join(title.split())
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
