"""HubSpot's own description of its API: it keeps requests and the stand-in's answers honest."""

import json
import re
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from aiohttp import web

from adapters.sandbox import Handler

SPECS = Path(__file__).parents[4] / "shared/specs/hubspot"
Json = dict[str, Any]
_FORMATS = jsonschema.FormatChecker(formats=())
_UNSEEN = (
    "/oauth/authorize",
    "/oauth/2026-03/token/revoke",
    "/account-info/",
    "/crm/v3/properties/",
    "/_sandbox",
)  # no description is there of these
_ALIASES = {"/crm/v3/objects/deals": "/crm/v3/objects/0-3", "/crm/v3/owners/": "/crm/v3/owners"}  # the same, by other names


@cache
def operations() -> dict[tuple[str, str], tuple[Json, Json]]:
    """By method and path: the operation, and the schemas it speaks of."""
    found: dict[tuple[str, str], tuple[Json, Json]] = {}
    for file in SPECS.glob("*.json"):
        described = json.loads(file.read_text())
        schemas = {name: _loosened(name, each) for name, each in described["components"]["schemas"].items()}
        for path, methods in described["paths"].items():
            found |= {(name.upper(), path): (each, schemas) for name, each in methods.items()}
    return found


def complaints(method: str, path: str, query: Set[str], body: bytes, status: int, answer: bytes) -> Iterator[str]:
    """What a request that was accepted, or its answer, has that HubSpot does not describe."""
    known = _operation(method, path)
    if known is None:
        yield f"{method} {path} is not described"
        return
    operation, schemas = known
    told = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
    yield from (f"{method} {path}: no parameter {name}" for name in sorted(query - told))
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if asked:
        yield from _errors(asked, schemas, body, f"{method} {path}")
    if str(status) not in operation["responses"]:
        yield f"{method} {path} answers no {status}"
        return
    given = operation["responses"][str(status)].get("content", {}).get("application/json", {}).get("schema")
    if given:
        yield from _errors(given, schemas, answer, f"{method} {path} {status}")


def error_complaints(path: str, answer: bytes) -> list[str]:
    """What a refusal there has that HubSpot does not describe. `status` is documented, and described nowhere."""
    _, schemas = operations()["POST", path]
    body = {name: value for name, value in json.loads(answer).items() if name != "status"}
    return list(_errors({"$ref": "#/components/schemas/Error"}, schemas, json.dumps(body).encode(), path))


def checking(complained: list[str]) -> Any:
    """A middleware that notes what differs."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        path = request.path.removeprefix("/hubspot").removeprefix("/api")
        if operations() and not path.startswith(_UNSEEN) and response.status < 300:
            answer = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
            asked = (request.method, path, set(request.query), await request.read(), response.status, answer)
            complained.extend(complaints(*asked))
        return response

    return check


def _operation(method: str, path: str) -> tuple[Json, Json] | None:
    for name, other in _ALIASES.items():
        path = path.replace(name, other) if path == name or path.startswith(f"{name}/") else path
    fitting = [each for each in operations() if each[0] == method and _template(each[1]).fullmatch(path)]
    best = min(fitting, key=lambda each: each[1].count("{"), default=None)
    return operations()[best] if best else None


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def _errors(schema: Json, schemas: Json, body: bytes, where: str) -> Iterator[str]:
    document = {**schema, "components": {"schemas": schemas}}
    validator = jsonschema.Draft4Validator(document, format_checker=_FORMATS)
    yield from (f"{where}: {error.json_path} {error.message}" for error in validator.iter_errors(json.loads(body or b"null")))


def _loosened(name: str, schema: Json) -> Json:
    """Strict about names; HubSpot's description is wrong where it leaves out what the API documents and does.

    - What is one of several is described there.
    - Of properties that are asked for and empty, null is told.
    - Examples of null are none.
    """
    if "oneOf" in schema:
        return schema
    strict = {**schema, "additionalProperties": schema.get("additionalProperties", False)}
    if name.startswith(("SimplePublicObject", "SimplePublicUpsert")) and "properties" in schema["properties"]:
        values = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
        strict = {**strict, "properties": {**schema["properties"], "properties": values}}
    return strict
