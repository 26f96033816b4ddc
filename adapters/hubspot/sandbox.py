"""A stateful stand-in for HubSpot's CRM: https://developers.hubspot.com/docs/api-reference/overview."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from adapters.hubspot import AUTH, sandbox_demo, sandbox_search, sandbox_setup
from adapters.hubspot.kinds import KINDS, Kind
from adapters.hubspot.sandbox_checks import Json
from adapters.hubspot.sandbox_store import BY_PATH, Entry, Store
from adapters.hubspot.sandbox_tokens import DIALECT, portal
from adapters.hubspot.value import rfc3339
from adapters.sandbox import Sandbox
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_families import Habits

_OBJECTS = "/crm/v3/objects/{type}"
_LIFETIME = 1800  # seconds
_MOST = 100  # records in a batch, entries in a page
_TYPES = {name: kind for kind in KINDS.values() for name in (kind.path, kind.type_id, kind.name)}
_CATEGORIES = {
    400: "VALIDATION_ERROR",
    401: "INVALID_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMITS",
}


class HubSpotSandbox(Sandbox):
    """What the adapter uses of the CRM API v3. Each account is a portal of its own, with the same records at first."""

    asks = r"/(search|batch/read|introspect)$"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("hubspot", now, "HubSpot")
        self.authorization = AuthorizationServer(self, AUTH, Habits(lifetime=_LIFETIME, repeats=True), DIALECT)
        self._stores: dict[str, Store] = {}
        self.app.add_routes(
            [
                web.get("/account-info/v3/details", self._details),
                web.get("/crm/v3/properties/{type}", self._properties),
                web.get("/crm/v3/pipelines/{type}", self._pipelines),
                web.get("/crm/v3/owners/", self._owners),
                web.post(_OBJECTS, self._create),
                web.post(f"{_OBJECTS}/search", self._search),
                web.post(f"{_OBJECTS}/batch/read", self._read_batch),
                web.get(f"{_OBJECTS}/{{id}}", self._read),
                web.patch(f"{_OBJECTS}/{{id}}", self._update),
                web.delete(f"{_OBJECTS}/{{id}}", self._archive),
            ]
        )

    def grant(self, account: str, zone: str = "UTC", seconds: int = 3600) -> str:
        """An account appears with its first token."""
        if account not in self._stores:
            self._stores[account] = Store(self.now)
            sandbox_demo.fill(self._stores[account], self.now())
        return super().grant(account, zone, seconds)

    def state(self, account: str) -> Mapping[str, Any]:
        return self._stores[account].state() if account in self._stores else {}

    def changes(self, account: str) -> int:
        return self._stores[account].changes if account in self._stores else 0

    def error(self, status: int, text: str) -> web.Response:
        category = _CATEGORIES.get(status, "INTERNAL_ERROR")
        told = {"status": "error", "message": text, "correlationId": str(uuid4()), "category": category}
        return web.json_response(told, status=status)

    async def _details(self, request: web.Request) -> web.Response:
        account = self.account_of(request)
        told = {"portalId": portal(account), "accountType": "STANDARD", "timeZone": "Europe/Berlin", "companyCurrency": "EUR"}
        told |= {"additionalCurrencies": ["USD"], "utcOffset": "+01:00", "utcOffsetMilliseconds": 3600000}
        return web.json_response({**told, "uiDomain": "app.hubspot.com", "dataHostingLocation": "na1"})

    async def _properties(self, request: web.Request) -> web.Response:
        self.account_of(request)
        return web.json_response({"results": sandbox_setup.property_answers(_kind(request).path)})

    async def _pipelines(self, request: web.Request) -> web.Response:
        self.account_of(request)
        return web.json_response({"results": sandbox_setup.pipeline_answers(_kind(request).path)})

    async def _owners(self, request: web.Request) -> web.Response:
        self.account_of(request)
        archived = request.query.get("archived", "").lower() == "true"
        return web.json_response({"results": list(sandbox_setup.owner_answers(archived))})

    async def _read(self, request: web.Request) -> web.Response:
        store, query = self._store(request), request.query
        id, archived = request.match_info["id"], query.get("archived", "").lower() == "true"
        entry = store.get(_kind(request), id, query.get("idProperty", ""), archived)
        told = entry.told(_listed(request, "properties"))
        links = _links(store, entry, _listed(request, "associations"))
        return web.json_response({**told, **({"associations": links} if links else {})})

    async def _create(self, request: web.Request) -> web.Response:
        store, body = self._store(request), await _body(request)
        entry = store.create(_kind(request), body.get("properties"), body.get("associations"))
        return web.json_response(entry.told(list(body["properties"])), status=201)

    async def _update(self, request: web.Request) -> web.Response:
        store, body, by = self._store(request), await _body(request), request.query.get("idProperty", "")
        entry = store.update(_kind(request), request.match_info["id"], by, body.get("properties"))
        return web.json_response(entry.told(list(body["properties"])))

    async def _archive(self, request: web.Request) -> web.Response:
        self._store(request).archive(_kind(request), request.match_info["id"])
        return web.Response(status=204)

    async def _search(self, request: web.Request) -> web.Response:
        store, body = self._store(request), await _body(request)
        return web.json_response(sandbox_search.page(store.entries(_kind(request)), body))

    async def _read_batch(self, request: web.Request) -> web.Response:
        """What is not there is left out; HubSpot names it among the errors, with status 207."""
        store, body = self._store(request), await _body(request)
        ids = [each["id"] for each in body["inputs"]]
        if len(ids) > _MOST:
            raise web.HTTPBadRequest(text=f"Batch size can be at most {_MOST}.")
        archived = request.query.get("archived", "").lower() == "true"
        found = [each.told(body["properties"]) for each in store.entries(_kind(request), archived) if each.id in ids]
        now = rfc3339(self.now())
        told = {"status": "COMPLETE", "results": found, "startedAt": now, "completedAt": now}
        return web.json_response(told, status=200 if len(found) == len(set(ids)) else 207)

    def _store(self, request: web.Request) -> Store:
        return self._stores[self.account_of(request)]


def _kind(request: web.Request) -> Kind:
    type = request.match_info["type"]
    if type not in _TYPES:
        raise web.HTTPBadRequest(text=f"Unable to infer object type from: {type}")
    return _TYPES[type]


def _listed(request: web.Request, name: str) -> list[str]:
    """A list may be told by several parameters, or with commas."""
    return [each for some in request.query.getall(name, []) for each in some.split(",") if each]


def _links(store: Store, entry: Entry, paths: list[str]) -> Json:
    """A link is told twice where it has a label and where not, as HubSpot does for the main company."""
    found: Json = {}
    for other in store.links(entry):
        path = other.kind.path
        if path in paths and path in BY_PATH:
            type = f"{entry.kind.name}_to_{other.kind.name}"
            told = [{"id": other.id, "type": type}, {"id": other.id, "type": f"{type}_unlabeled"}]
            found.setdefault(path, {"results": []})["results"] += told
    return found


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Invalid input JSON on line 1, column 1: Cannot deserialize value.")
    return body
