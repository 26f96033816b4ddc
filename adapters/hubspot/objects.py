"""Records of HubSpot, read and written one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from adapters.base import Access, Service
from adapters.errors import Refused, Unavailable, Unknown
from adapters.hubspot import asking
from adapters.hubspot.definitions import Definitions, account_of, owner_of, pipelines_of, property_of
from adapters.hubspot.kinds import KINDS, Kind
from adapters.hubspot.pipeline import Pipeline
from adapters.hubspot.property import Property
from adapters.hubspot.reading import Reading, address, links_of, title_of
from adapters.hubspot.record import Account, Found, Owner, Record, Related
from adapters.hubspot.wire import Api, Library, NotFound, Wire

T = TypeVar("T")
_LISTED = 100  # entries in a page of a list
_PAGES = 20
_SEARCHED = 200  # records in a page of a search
_ONWARD = "lifecyclestage"  # back only from empty: https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
_SETTLED = timedelta(minutes=1)  # in which HubSpot's search has caught up with what was written


class Objects:
    """As the person who asked, in their zone. Everything here raises the four errors, among them NotFound."""

    def __init__(self, service: Service, access: Access) -> None:
        self._access = access
        self._wire = Wire(service, access)
        self._library: Library = service.sdk

    async def account(self) -> Account:
        return await self._kept("account", self.look)

    async def look(self) -> Account:
        """The account as it is now: the cheapest question there is."""
        return await self._wire.ask(lambda api: api.get("/account-info/v3/details"), account_of)

    async def properties(self, kind: Kind) -> dict[str, Property]:
        def read(answer: Any) -> dict[str, Property]:
            return {each.name: property_of(each) for each in answer.results}

        return await self._kept(
            f"properties {kind.name}",
            lambda: self._wire.ask(lambda api: api.properties.get_all(kind.path, archived="false"), read),
        )

    async def pipelines(self, kind: Kind) -> list[Pipeline]:
        if not kind.pipeline:
            return []
        return await self._kept(
            f"pipelines {kind.name}", lambda: self._wire.ask(lambda api: api.pipelines.get_all(kind.path), pipelines_of)
        )

    async def owners(self) -> dict[str, Owner]:
        return await self._kept("owners", self._owners)

    async def common(self) -> None:
        """Fetches what is the same for all kinds, so that it is kept."""
        await asyncio.gather(self.account(), self.owners())

    async def reading(self, kind: Kind) -> Reading:
        asked = self.account(), self.properties(kind), self.pipelines(kind), self.owners()
        return Reading(kind, Definitions(*(await asyncio.gather(*asked))), self._access.zone)

    async def read(
        self, kind: Kind, id: str, more: Sequence[str] = (), archived: bool = False, by: str = "", linked: bool = False
    ) -> Record:
        """By its id, or by another property that is unique. With `linked`, `related` is filled."""
        asked: dict[str, Any] = {"properties": [*kind.read, *more, asking.KEY], "archived": str(archived).lower()}
        asked |= {"associations": asking.others(kind)} if linked else {}
        asked |= {"id_property": by} if by else {}
        reading = await self.reading(kind)
        record, links = await self._wire.ask(
            lambda api: api.basic.get_by_id(kind.path, id, **asked), lambda answer: (reading.record(answer), links_of(answer))
        )
        related = await self._related(links)
        return replace(record, related=related, url=record.url or next((each.url for each in related), ""))

    async def values(self, kind: Kind, id: str, archived: bool) -> dict[str, str]:
        """All that can be written, as it is now."""
        names = [each.name for each in (await self.properties(kind)).values() if not each.read_only and each.name != asking.KEY]
        reading, body, of = await self.reading(kind), asking.batch([id], names), str(archived).lower()
        found = await self._wire.ask(lambda api: api.batch.read(kind.path, body, archived=of), reading.records)
        if not found:
            raise NotFound("I can't find that in HubSpot, or it is archived.")
        return {name: value for name, value in found[0].values.items() if name in names}

    async def search(self, kind: Kind, body: asking.Json) -> Found:
        reading = await self.reading(kind)

        def read(answer: Any) -> Found:
            return Found(kind.name, tuple(reading.records(answer)), int(answer.total))

        return await self._wire.ask(lambda api: api.search.do_search(kind.path, body), read)

    async def search_all(self, kind: Kind, pipeline: str) -> Found:
        """All that stands in a pipeline, up to 4,000 records."""
        records: list[Record] = []
        for _ in range(_PAGES):
            page = await self.search(kind, asking.in_pipeline(kind, pipeline, _SEARCHED, str(len(records))))
            records += page.records
            if not page.records or len(records) >= page.total:
                break
        return Found(kind.name, tuple(records), page.total)

    async def create(self, kind: Kind, values: Mapping[str, str], related: Sequence[Related | Record]) -> Record:
        """Once, however often the same call asks."""
        key = await self.key(kind, values)
        if self._access.again and (made := await self._made(kind, values, key)):
            return made
        body = asking.creation(kind, {**values, **({asking.KEY: key} if key else {})}, related)
        try:
            id = await self._wire.ask(lambda api: api.basic.create(kind.path, body), _id, repeatable=bool(key))
        except Refused:  # perhaps for what an earlier attempt made
            if key and (made := await self._keyed(kind, key)):
                return made
            raise
        return await self.read(kind, id)

    async def key(self, kind: Kind, values: Mapping[str, str]) -> str:
        """Under what this call creates it, if the account lets us say."""
        property = (await self.properties(kind)).get(asking.KEY)
        writable = property and property.unique and not property.read_only
        return asking.creation_key(self._access.call, kind, values) if writable else ""

    async def update(self, kind: Kind, id: str, values: Mapping[str, str]) -> Record:
        """What is like that already is not written again."""
        found = await self.read(kind, id, tuple(values))
        if all(found.values.get(name, "") == value for name, value in values.items()):
            return found
        await self._change(kind, id, values)
        new = await self.read(kind, id, tuple(values))
        if not (wanted := values.get(_ONWARD)) or new.values.get(_ONWARD) != found.values.get(_ONWARD, wanted):
            return new
        for value in ("", wanted):
            await self._change(kind, id, {_ONWARD: value})
        return await self.read(kind, id, tuple(values))

    async def _change(self, kind: Kind, id: str, values: Mapping[str, str]) -> None:
        body = {"properties": dict(values)}
        await self._wire.ask(lambda api: api.basic.update(kind.path, id, body), _id)

    async def archive(self, kind: Kind, id: str) -> None:
        try:
            await self._wire.ask(lambda api: api.basic.archive(kind.path, id), lambda _: None)
        except NotFound:
            return

    async def _made(self, kind: Kind, values: Mapping[str, str], key: str) -> Record | None:
        return await self._keyed(kind, key) if key else await self._alike(kind, values)

    async def _keyed(self, kind: Kind, key: str) -> Record | None:
        try:
            return await self.read(kind, key, by=asking.KEY)
        except NotFound:
            return None

    async def _alike(self, kind: Kind, values: Mapping[str, str]) -> Record:
        """What has that title, and came since it was asked for.

        HubSpot's search is late by some seconds, and nobody knows when an earlier attempt was: that there is none is no proof
        that nothing was made. Raises Unavailable, and Unknown where waiting for longer would tell no more.
        """
        now = self._access.now()
        asked = self._access.asked or now - _SETTLED
        found = await self.search(kind, asking.created_since(kind, asked, _SEARCHED))
        title = title_of(kind, "", values)
        made = [each for each in found.records if each.title == title]
        if not made and now - asked < _SETTLED:
            wait = (_SETTLED - (now - asked)).total_seconds()
            raise Unavailable("HubSpot does not yet tell whether that was done.", wait, acted=True)
        if not made:
            raise Unknown("HubSpot did not say whether it was done. Please look there.")
        return made[-1]

    async def _related(self, links: Mapping[str, Sequence[str]]) -> tuple[Related, ...]:
        told = await asyncio.gather(*(self._titles(KINDS[kind], ids) for kind, ids in links.items()))
        return tuple(each for some in told for each in some)

    async def _titles(self, kind: Kind, ids: Sequence[str]) -> list[Related]:
        account, body = await self.account(), asking.batch(ids[:_LISTED], [*kind.title, "email", "domain"])

        def read(answer: Any) -> list[Related]:
            ranked = sorted(answer.results, key=lambda each: ids.index(each.id))
            return [
                Related(kind.name, each.id, title_of(kind, each.id, each.properties), address(kind, each.id, account))
                for each in ranked
            ]

        return await self._wire.ask(lambda api: api.batch.read(kind.path, body), read)

    async def _owners(self) -> dict[str, Owner]:
        """Those who have left, too: records are still theirs."""
        left, active = await asyncio.gather(self._all_owners(archived=True), self._all_owners(archived=False))
        return left | active

    async def _all_owners(self, archived: bool) -> dict[str, Owner]:
        found: dict[str, Owner] = {}
        at: dict[str, Any] = {"archived": archived}
        for _ in range(_PAGES):
            page, following = await self._wire.ask(partial(_owners_page, at), _owners_read)
            found |= {each.id: each for each in page}
            if not following:
                break
            at["after"] = following
        return found

    async def _kept(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        access = self._access
        return await self._library.definitions.get(access.token.reveal(), what, access.now(), ask)


def _owners_page(at: Mapping[str, Any], api: Api) -> Any:
    return api.owners.get_page(limit=_LISTED, **at)


def _owners_read(answer: Any) -> tuple[list[Owner], str]:
    following = answer.paging.next.after if answer.paging and answer.paging.next else ""
    return [owner_of(each) for each in answer.results], following or ""


def _id(answer: Any) -> str:
    if not answer.id:
        raise ValueError
    return str(answer.id)
