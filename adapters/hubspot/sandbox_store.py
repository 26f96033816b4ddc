"""What one account of the stand-in holds: records, and what they are linked to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.hubspot.kinds import KINDS, LINKS, Kind
from adapters.hubspot.sandbox_checks import Json, checked, invalid, onward
from adapters.hubspot.value import rfc3339

BY_PATH = {kind.path: kind for kind in KINDS.values()}
_SILENT = ("hs_object_id", "createdate", "hs_createdate", "hs_lastmodifieddate", "hs_unique_creation_key")
_TYPES = {type: link for link, type in LINKS.items()}


@dataclass
class Entry:
    """A record. `links` are its other ends: kind and id."""

    kind: Kind
    id: str
    properties: dict[str, str]
    created: datetime
    updated: datetime
    archived: datetime | None = None

    def told(self, names: list[str]) -> Json:
        """As HubSpot tells it: of what is asked for and empty, null."""
        asked = dict.fromkeys([*self.kind.title, "hs_object_id", self.kind.created, "hs_lastmodifieddate", *names])
        told: Json = {"id": self.id, "properties": {name: self.properties.get(name) or None for name in asked}}
        told |= {"createdAt": rfc3339(self.created), "updatedAt": rfc3339(self.updated), "archived": bool(self.archived)}
        return {**told, **({"archivedAt": rfc3339(self.archived)} if self.archived else {})}


class Store:
    """`changes` counts what was changed: what is as it was wanted already is not."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: dict[tuple[str, str], Entry] = {}
        self._links: list[tuple[tuple[str, str], tuple[str, str]]] = []
        self._next = 500
        self.changes = 0

    def entries(self, kind: Kind, archived: bool = False) -> list[Entry]:
        return [each for each in self._entries.values() if each.kind is kind and bool(each.archived) is archived]

    def get(self, kind: Kind, id: str, by: str = "", archived: bool = False) -> Entry:
        """Raises 404."""
        for entry in self.entries(kind, archived):
            if (entry.properties.get(by, "") if by else entry.id) == (id.lower() if by == "email" else id):
                return entry
        raise web.HTTPNotFound(text=f"Object not found.  objectId are usually numeric. ({kind.name})")

    def create(self, kind: Kind, properties: Any, associations: Any = (), at: datetime | None = None) -> Entry:
        """Raises 400, and 409 for a contact whose address is taken."""
        values = checked(kind, properties, new=True)
        self._refuse_taken(kind, values, "")
        ends = [self._end(kind, each) for each in associations or ()]
        self._next += 1
        moment = at or self._now()
        entry = Entry(kind, str(self._next), values, moment, moment)
        values |= {"hs_object_id": entry.id, kind.created: rfc3339(moment), "hs_lastmodifieddate": rfc3339(moment)}
        self._entries[kind.name, entry.id] = entry
        self._links += [((kind.name, entry.id), end) for end in ends]
        self.changes += 1
        return entry

    def update(self, kind: Kind, id: str, by: str, properties: Any) -> Entry:
        """Raises 404, 400 and 409."""
        entry = self.get(kind, id, by)
        values = onward(checked(kind, properties, entry.properties), entry.properties)
        self._refuse_taken(kind, values, entry.id)
        self.changes += any(entry.properties.get(name) != value for name, value in values.items())
        entry.updated = self._now()
        entry.properties |= {**values, "hs_lastmodifieddate": rfc3339(entry.updated)}
        return entry

    def archive(self, kind: Kind, id: str) -> None:
        """What is gone already is fine. Links are forgotten."""
        entry = self._entries.get((kind.name, id))
        if entry is None or entry.archived:
            return
        entry.archived = self._now()
        self._links = [link for link in self._links if (kind.name, id) not in link]
        self.changes += 1

    def links(self, entry: Entry) -> Iterator[Entry]:
        me = (entry.kind.name, entry.id)
        for link in self._links:
            if me in link:
                yield self._entries[link[0] if link[1] == me else link[1]]

    def state(self) -> Mapping[str, Any]:
        """Without ids: what was archived comes back as another record."""
        return {kind.path: sorted(map(self._seen, self.entries(kind)), key=repr) for kind in KINDS.values()}

    def _seen(self, entry: Entry) -> Json:
        known = {name: value for name, value in sorted(entry.properties.items()) if value and name not in _SILENT}
        return {**known, "links": sorted(_name(each) for each in self.links(entry))}

    def _refuse_taken(self, kind: Kind, values: Mapping[str, str], own: str) -> None:
        for name in ("email", "hs_unique_creation_key"):
            value = values.get(name)
            taken = next((each for each in self._entries.values() if value and each.properties.get(name) == value), None)
            if taken is None or taken.kind is not kind or taken.id == own or (name == "email" and taken.archived):
                continue
            if name == "email":
                raise web.HTTPConflict(text=f"Contact already exists. Existing ID: {taken.id}")
            raise invalid(name, f"Cannot set {name}. {taken.id} already has that value.", "CONFLICTING_UNIQUE_VALUE")

    def _end(self, kind: Kind, told: Any) -> tuple[str, str]:
        try:
            id, [type] = told["to"]["id"], told["types"]
            link = _TYPES[type["associationTypeId"]] if type["associationCategory"] == "HUBSPOT_DEFINED" else None
        except (LookupError, TypeError, ValueError):
            link = None
        if link is None or link[0] != kind.name or (link[1], str(id)) not in self._entries:
            raise web.HTTPBadRequest(text="One or more associations are not valid")
        return link[1], str(id)


def _name(entry: Entry) -> str:
    title = " ".join(entry.properties.get(name, "") for name in entry.kind.title).strip()
    return f"{entry.kind.name} {title or entry.properties.get('email', '')}"
