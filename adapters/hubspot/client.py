"""HubSpot's CRM as the person who asked: https://developers.hubspot.com/docs/api-reference/overview."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from adapters.base import Access, Client, Service
from adapters.errors import Refused
from adapters.hubspot import asking
from adapters.hubspot.definitions import owner_named, pipeline_named, property_named, stage_named
from adapters.hubspot.kinds import FOUND, KINDS
from adapters.hubspot.objects import Objects
from adapters.hubspot.pipeline import Board, Column, Pipeline, Stage
from adapters.hubspot.property import Property
from adapters.hubspot.record import Account, Found, Owner, Record, Related, Saved
from adapters.hubspot.text import as_html
from adapters.hubspot.value import rfc3339, shown, written
from adapters.hubspot.wire import Library, NotFound, load
from adapters.threads import in_thread

_LOOKED_THROUGH = 100  # records whose titles are compared with words


class HubSpot(Client):
    """One person's CRM. `kind` is contact, company, deal or ticket, and where it is said also note or task.

    Every method raises the four errors of `adapters.errors`, with texts written for the person.
    """

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._objects = Objects(service, access)

    @classmethod
    def load(cls, base_url: str) -> Library:
        return load(base_url)

    @property
    def asked(self) -> datetime | None:
        """When a person wanted what is done now."""
        return self._access.asked

    async def check(self) -> None:
        """One cheap question."""
        await self._objects.look()

    async def account(self) -> Account:
        return await self._objects.account()

    async def find(self, words: str, limit: int = 10) -> list[Found]:
        """What has these words, of every kind, in the order of FOUND; kinds of which there is nothing, too."""
        await self._objects.common()  # once, and not by each search
        searches = (self._objects.search(kind, asking.words(kind, words, limit)) for kind in map(KINDS.__getitem__, FOUND))
        return list(await asyncio.gather(*searches))

    async def named(self, kind: str, words: str, limit: int = 10) -> list[Record]:
        """Those meant: by id, a contact by its e-mail address, else those with all the words in their title.

        Where one's title is just that, only such. Empty where there is none.
        """
        if words.isascii() and words.isdigit() and (found := await self._get(kind, words)):
            return [found]
        if kind == "contact" and "@" in words:
            contact = await self.contact_by_email(words)
            return [contact] if contact else []
        wanted = words.casefold().split()
        page = await self._objects.search(KINDS[kind], asking.words(KINDS[kind], words, _LOOKED_THROUGH))
        titled = [each for each in page.records if all(word in each.title.casefold() for word in wanted)]
        return ([each for each in titled if each.title.casefold().split() == wanted] or titled)[:limit]

    async def record(self, kind: str, id: str, more: Sequence[str] = (), archived: bool = False) -> Record:
        """With `related`, and those further properties in `values`. Also notes and tasks. Raises NotFound.

        Archived records are found only where they are asked for; what they were linked to is forgotten.
        """
        return await self._objects.read(KINDS[kind], id, more, archived, linked=not archived)

    async def values(self, kind: str, id: str, archived: bool = False) -> dict[str, str]:
        """All that `create` needs to make it anew, as HubSpot keeps it. Raises NotFound."""
        return await self._objects.values(KINDS[kind], id, archived)

    async def board(self, pipeline: str = "", kind: str = "deal") -> Board:
        """What stands in a pipeline, newest first: by its label or id, the first one where none is named."""
        of = await self.pipeline(pipeline, kind)
        found = await self._objects.search_all(KINDS[kind], of.id)
        stage = KINDS[kind].stage
        columns = (
            Column(each, tuple(record for record in found.records if record.values.get(stage) == each.id)) for each in of.stages
        )
        return Board(of, tuple(columns), found.total)

    async def pipelines(self, kind: str = "deal") -> list[Pipeline]:
        return await self._objects.pipelines(KINDS[kind])

    async def pipeline(self, name: str = "", kind: str = "deal") -> Pipeline:
        """By its label or id; the first one where none is named."""
        return pipeline_named(await self.pipelines(kind), name)

    async def stage(self, kind: str, name: str = "", pipeline: str = "", near: str = "") -> Stage:
        """By its label or id; the first one where none is named.

        In that `pipeline`, or where none is named in any, but first of all in the one with the id `near`.
        """
        return stage_named(await self.pipelines(kind), name, pipeline, near)

    async def owners(self) -> list[Owner]:
        """Those who have left the account, too."""
        return list((await self._objects.owners()).values())

    async def owner(self, name: str) -> Owner:
        """By name, e-mail address or id."""
        return owner_named(await self.owners(), name)

    async def properties(self, kind: str) -> list[Property]:
        return list((await self._objects.properties(KINDS[kind])).values())

    async def property(self, kind: str, name: str) -> Property:
        """By its own name, or its label in any case."""
        return property_named(await self._objects.properties(KINDS[kind]), name)

    async def written(self, property: Property, text: str) -> str:
        """What a person typed, or HubSpot keeps, as `Record.values` has it; "" empties it. Refused says what fits."""
        owners = await self.owners() if property.owner else []
        return written(property, text, owners, self._access.zone)

    async def shown(self, property: Property, value: str) -> str:
        """For people, in the asker's zone: labels and names for ids."""
        owners = await self.owners() if property.owner else []
        return shown(property, value, owners, self._access.zone)

    async def contact_by_email(self, email: str) -> Record | None:
        """Asked of the contacts themselves, not of the search, which is late by some seconds."""
        try:
            return await self._objects.read(KINDS["contact"], email, by="email")
        except NotFound:
            return None

    async def save_contact(self, email: str, values: Mapping[str, str]) -> Saved:
        """Creates the contact with that address, or changes these values of it, none of them to nothing."""
        given = {name: value for name, value in values.items() if value}
        known = await self.contact_by_email(email)
        if known is None:
            try:
                return Saved(await self.create("contact", {"email": email, **given}), new=True)
            except Refused:  # perhaps because somebody else was quicker
                known = await self.contact_by_email(email)
                if known is None:
                    raise
        key = await self._objects.key(KINDS["contact"], {"email": email, **given})
        if key and known.values.get(asking.KEY) == key:
            return Saved(known, new=True)
        found = await self._objects.read(KINDS["contact"], known.id, tuple(given))
        former = {name: found.values.get(name, "") for name in given}
        return Saved(await self.update("contact", known.id, given), new=False, former=former)

    async def create(self, kind: str, values: Mapping[str, str], related: Sequence[Related | Record] = ()) -> Record:
        """Any kind, notes and tasks too, with values as `written` gives them. Made once, however often the same call asks.

        The same holds for all that is created below. Raises Refused where HubSpot does not take a value.
        """
        given = {name: value for name, value in values.items() if value}
        return await self._objects.create(KINDS[kind], given, related)

    async def create_deal(
        self,
        name: str,
        stage: Stage,
        amount: Decimal | None = None,
        closes: date | None = None,
        owner: Owner | None = None,
        related: Sequence[Related | Record] = (),
    ) -> Record:
        """It closes as that day begins, in the asker's zone."""
        day = rfc3339(datetime.combine(closes, time(), self._access.zone)) if closes else ""
        told = {"dealname": name, "amount": f"{amount:f}" if amount is not None else "", "closedate": day}
        return await self.create("deal", {**told, **_standing("deal", stage), **_owned(owner)}, related)

    async def create_ticket(
        self,
        subject: str,
        stage: Stage,
        content: str = "",
        priority: str = "",
        owner: Owner | None = None,
        related: Sequence[Related | Record] = (),
    ) -> Record:
        """`priority` is LOW, MEDIUM, HIGH or URGENT, or none."""
        told = {"subject": subject, "content": content, "hs_ticket_priority": priority}
        return await self.create("ticket", {**told, **_standing("ticket", stage), **_owned(owner)}, related)

    async def update(self, kind: str, id: str, values: Mapping[str, str]) -> Record:
        """With these values, "" for none, and without `related`. Asking twice does no harm."""
        return await self._objects.update(KINDS[kind], id, values)

    async def move(self, record: Record, stage: Stage) -> Record:
        """A deal or a ticket, to another pipeline too."""
        return await self.update(record.kind, record.id, _standing(record.kind, stage))

    async def note(self, record: Record, text: str, at: datetime | None = None) -> Record:
        """On that record; `text` is plain or Markdown. `at` is the time under which HubSpot shows it."""
        body = await in_thread(lambda: as_html(text))
        told = {"hs_timestamp": rfc3339(at or self.asked or self.now), "hs_note_body": body}
        return replace(await self.create("note", told, [record]), url=record.url)

    async def task(
        self,
        record: Record,
        subject: str,
        due: datetime,
        text: str = "",
        owner: Owner | None = None,
        priority: str = "NONE",
    ) -> Record:
        """About that record; `text` as in `note`. `priority` is NONE, LOW, MEDIUM or HIGH."""
        body = await in_thread(lambda: as_html(text)) if text else ""
        told = {"hs_task_subject": subject, "hs_task_body": body, "hs_timestamp": rfc3339(due)}
        told |= {"hs_task_status": "NOT_STARTED", "hs_task_priority": priority, "hs_task_type": "TODO"}
        return replace(await self.create("task", {**told, **_owned(owner)}, [record]), url=record.url)

    async def archive(self, kind: str, id: str) -> None:
        """Any kind, notes and tasks too. What is gone already is fine."""
        await self._objects.archive(KINDS[kind], id)

    async def _get(self, kind: str, id: str) -> Record | None:
        try:
            return await self._objects.read(KINDS[kind], id)
        except NotFound:
            return None


def _standing(kind: str, stage: Stage) -> dict[str, str]:
    return {KINDS[kind].pipeline: stage.pipeline, KINDS[kind].stage: stage.id}


def _owned(owner: Owner | None) -> dict[str, str]:
    return {"hubspot_owner_id": owner.id} if owner else {}
