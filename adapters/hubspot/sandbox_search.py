"""The search for records: https://developers.hubspot.com/docs/api-reference/search."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.hubspot.sandbox_checks import Json
from adapters.hubspot.sandbox_store import Entry

_MOST, _LONGEST, _FURTHEST = 200, 3000, 10_000
_PEOPLE = ("firstname", "lastname", "email", "phone", "company")
_SEARCHED = (*_PEOPLE, "name", "domain", "dealname", "description", "subject", "content", "hs_note_body", "hs_task_subject")
_WORD = re.compile(r"\w+")


def page(entries: list[Entry], body: Json) -> Json:
    """Raises 400 for what HubSpot does not search for."""
    limit, after = body.get("limit", 10), str(body.get("after") or "0")
    query = body.get("query", "")
    if not isinstance(limit, int) or not 0 < limit <= _MOST or not after.isdigit() or int(after) + limit > _FURTHEST:
        raise web.HTTPBadRequest(text=f"limit must be at most {_MOST}, and at most {_FURTHEST} results can be paged through.")
    if not isinstance(query, str) or len(query) > _LONGEST:
        raise web.HTTPBadRequest(text=f"Search query can be at most {_LONGEST} characters long.")
    found = [each for each in entries if _has(each, query) and _fits(each, body.get("filterGroups", []))]
    for sort in reversed(body.get("sorts", [])):
        found.sort(key=lambda each: each.properties.get(sort.lstrip("-"), ""), reverse=sort.startswith("-"))
    end = int(after) + limit
    following = {"paging": {"next": {"after": str(end)}}} if end < len(found) else {}
    results = [each.told(body.get("properties", [])) for each in found[int(after) : end]]
    return {"total": len(found), "results": results, **following}


def _has(entry: Entry, query: str) -> bool:
    """Each of its words begins one of the record's."""
    words = _WORD.findall(" ".join(entry.properties.get(name, "") for name in _SEARCHED).casefold())
    return all(any(word.startswith(wanted) for word in words) for wanted in _WORD.findall(query.casefold()))


def _fits(entry: Entry, groups: list[Mapping[str, Any]]) -> bool:
    return not groups or any(all(_passes(entry, each) for each in group["filters"]) for group in groups)


def _passes(entry: Entry, filter: Mapping[str, Any]) -> bool:
    value, wanted = entry.properties.get(filter["propertyName"], ""), str(filter.get("value", ""))
    match filter["operator"]:
        case "EQ":
            return value.casefold() == wanted.casefold()
        case "GTE":
            return bool(value) and datetime.fromisoformat(value).timestamp() * 1000 >= int(wanted)
    raise web.HTTPBadRequest(text=f"{filter['operator']} is not supported by the stand-in.")
