"""What is asked of HubSpot's API for CRM objects, in its own words: https://developers.hubspot.com/docs/api-reference/search."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.errors import Refused
from adapters.hubspot.kinds import KINDS, LINKS, Kind
from adapters.hubspot.record import Record, Related

KEY = "hs_unique_creation_key"  # “Unique property used for idempotent creates”, where an account lets it be written
LONGEST_QUERY = 3000  # characters
Json = dict[str, Any]


def words(kind: Kind, query: str, limit: int) -> Json:
    return _search(kind, limit, query=query[:LONGEST_QUERY])


def in_pipeline(kind: Kind, pipeline: str, limit: int, after: str) -> Json:
    return _search(kind, limit, after, _filter(kind.pipeline, "EQ", pipeline))


def created_since(kind: Kind, moment: datetime, limit: int) -> Json:
    return _search(kind, limit, "0", _filter(kind.created, "GTE", str(int(moment.timestamp() * 1000))))


def batch(ids: Sequence[str], properties: Sequence[str]) -> Json:
    return {"inputs": [{"id": id} for id in ids], "properties": list(properties), "propertiesWithHistory": []}


def creation(kind: Kind, values: Mapping[str, str], related: Sequence[Related | Record]) -> Json:
    """Raises Refused for what HubSpot links to nothing of the kind."""
    return {"properties": dict(values), "associations": [_link(kind, each) for each in related]}


def creation_key(call: str, kind: Kind, values: Mapping[str, str]) -> str:
    """The same on every attempt of a call, and different for each thing that it creates."""
    told = "\n".join((call, kind.name, *(values.get(name, "") for name in kind.title)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def others(kind: Kind) -> list[str]:
    """The names of what its records are linked to."""
    return [KINDS[other].path for one, other in LINKS if one == kind.name]


def _link(kind: Kind, to: Related | Record) -> Json:
    if (kind.name, to.kind) not in LINKS:
        raise Refused(f"A {kind.name} can't be linked to a {to.kind} here.")
    type = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": LINKS[kind.name, to.kind]}
    return {"to": {"id": to.id}, "types": [type]}


def _search(kind: Kind, limit: int, after: str = "0", filter: Json | None = None, query: str = "") -> Json:
    groups = [{"filters": [filter]}] if filter else []
    asked = {"limit": limit, "after": after, "sorts": [f"-{kind.created}"], "properties": list(kind.read)}
    return {**asked, "filterGroups": groups, **({"query": query} if query else {})}


def _filter(property: str, operator: str, value: str) -> Json:
    return {"propertyName": property, "operator": operator, "value": value}
