"""Which record in HubSpot is meant, when people name one by words, an e-mail address, an id, or the address of its page."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from adapters.errors import Refused
from adapters.hubspot.client import HubSpot
from adapters.hubspot.kinds import FOUND, KINDS
from adapters.hubspot.record import Record
from commands.records import described, reference, which_kind
from commands.usage import Choice, Meant, UsageError

_MOST = 8  # choices at once
_REFERENCE = re.compile(rf"({'|'.join(KINDS)}):(\d+)")
_PAGE = re.compile(r"https?://[^\s/]+/contacts/(\d+)/(?:record/)?([a-z0-9-]+)/(\d+)(?:[/?#]\S*)?")
_OF_PAGE = {name: kind.name for kind in KINDS.values() for name in (kind.type_id, kind.name)}

Which = Annotated[str, "its name, e-mail address, id, or the address of its page in HubSpot"]


@dataclass(frozen=True)
class Reference:
    """One record and no other. It is spelled “deal:512”."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


async def pick(
    hubspot: HubSpot, words: str, command: str, option: str = "record", kinds: Sequence[str] = FOUND, otherwise: str = ""
) -> Reference:
    """The one record of these kinds that fits.

    Raises Refused for none, with the text `otherwise` if there is one, UsageError with the choices for several, and Meant with
    its reference where it was found by other words: on a later attempt they might fit another.
    """
    if spelled := _REFERENCE.fullmatch(words):
        return _of_kind(Reference(spelled[1], spelled[2]), kinds)
    if page := _PAGE.fullmatch(words):
        raise Meant({option: str(_of_kind(await _behind(hubspot, page), kinds))})
    found = await _called(hubspot, words, kinds) if words else []  # no words would fit all there is
    if not found:
        raise Refused(otherwise or f"I found no {which_kind(kinds)} called “{words}” in HubSpot.")
    if len(found) > 1:
        shown = f"The first {_MOST} are these" if len(found) > _MOST else "Which one is it"
        choices = tuple(Choice(f"{each.title}, {described(each)}", reference(each)) for each in found[:_MOST])
        raise UsageError(f"“{words}” fits more than one {which_kind(kinds)}. {shown}:", command, option, choices)
    raise Meant({option: reference(found[0])})


async def _behind(hubspot: HubSpot, page: re.Match[str]) -> Reference:
    """What a page is about. Ids count within one account: those of another would lead to strangers."""
    portal, name, id = page.groups()
    if name not in _OF_PAGE:
        raise Refused("That page of HubSpot is none of a contact, a company, a deal or a ticket.")
    if portal != (await hubspot.account()).portal:
        raise Refused("That page is in another HubSpot account than the one that is connected.")
    return Reference(_OF_PAGE[name], id)


def _of_kind(found: Reference, kinds: Sequence[str]) -> Reference:
    if found.kind not in kinds:
        raise Refused(f"That is a {found.kind}, and this is about a {which_kind(kinds)}.")
    return found


async def _called(hubspot: HubSpot, words: str, kinds: Sequence[str]) -> list[Record]:
    """Where one is called just that, only such."""
    several = await asyncio.gather(*(hubspot.named(kind, words) for kind in kinds))
    found = [record for records in several for record in records]
    return [each for each in found if words.casefold() in _names(each)] or found


def _names(record: Record) -> tuple[str, ...]:
    return (" ".join(record.title.casefold().split()), record.email.casefold(), record.id)
