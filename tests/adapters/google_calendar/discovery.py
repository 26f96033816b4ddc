"""Google's own description of its API, from inside its client library, as JSON Schema: it keeps the stand-in honest."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema
from aiohttp import web

from adapters.sandbox import Handler

_DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache/documents/calendar.v3.json"
_FORMATS = jsonschema.FormatChecker(formats=())
_BASE = "/calendar/v3/"
Json = dict[str, Any]


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: Any) -> bool:
    return not isinstance(value, str) or ("T" in value and bool(datetime.fromisoformat(value)))


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@_FORMATS.checks("int64", raises=ValueError)
def _is_number(value: Any) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"-?\d+", value))


@cache
def document() -> Json:
    described: Json = json.loads(_DOCUMENT.read_text())
    return described


@cache
def methods() -> tuple[Json, ...]:
    return tuple(_methods(document()["resources"]))


def complaints(schema: str, value: Any) -> list[str]:
    """What is wrong with a value that should be, say, an "Event"."""
    validator = _validator(schema)
    return [f"{schema}.{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def method_of(http_method: str, path: str) -> Json | None:
    """The method of the API that such a request calls."""
    known = [
        method for method in methods() if method["httpMethod"] == http_method and _template(method["path"]).fullmatch(path)
    ]
    return min(known, key=lambda method: method["path"].count("{"), default=None)


def query_complaints(method: Json, query: Mapping[str, str]) -> list[str]:
    """Parameters that the method does not have, or that don't fit."""
    return [f"{method['id']}: {name}={value}" for name, value in query.items() if not _parameter_fits(method, name, value)]


def checking(complained: list[str]) -> Any:
    """A middleware that notes where requests that were accepted, and their answers, differ from the description."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        path = request.path.partition(_BASE)[2]
        if path:
            complained.extend(_all_complaints(request, path, await request.read(), response))
        return response

    return check


def _all_complaints(request: web.Request, path: str, body: bytes, response: web.StreamResponse) -> list[str]:
    method = method_of(request.method, path)
    if method is None:
        return [f"no such method: {request.method} {path}"]
    return query_complaints(method, request.query) + _body_complaints(method, body) + _answer_complaints(method, response)


def _body_complaints(method: Json, body: bytes) -> list[str]:
    schema = method.get("request", {}).get("$ref")
    if not schema:
        return [f"{method['id']} takes no body"] if body else []
    value = json.loads(body)
    value = _without_nulls(value) if method["httpMethod"] == "PATCH" else value  # there they remove something
    missing = [name for name in _required(schema, method["id"]) if name not in value]
    return complaints(schema, value) + [f"{method['id']}: {name} is required" for name in missing]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value


def _answer_complaints(method: Json, response: web.StreamResponse) -> list[str]:
    schema = method.get("response", {}).get("$ref")
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    if not schema:
        return [f"{method['id']} answers nothing"] if body or response.status != 204 else []
    return complaints(schema, json.loads(body))


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    definitions = {name: _converted(described) for name, described in document()["schemas"].items()}
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions}, format_checker=_FORMATS)


def _converted(described: Json) -> Json:
    """Google's dialect leaves objects open by default and writes references bare; here both are strict."""
    if "$ref" in described:
        return {"$ref": f"#/$defs/{described['$ref']}"}
    if described.get("type") == "any":
        return {}
    converted: Json = {name: described[name] for name in ("type", "format", "enum", "pattern") if name in described}
    if described.get("type") == "array":
        converted["items"] = _converted(described["items"])
    if described.get("type") == "object":
        converted["properties"] = {name: _converted(each) for name, each in described.get("properties", {}).items()}
        more = described.get("additionalProperties")
        converted["additionalProperties"] = _converted(more) if more else False
    return converted


def _required(schema: str, method: str) -> list[str]:
    properties = document()["schemas"][schema].get("properties", {})
    return [name for name, each in properties.items() if method in each.get("annotations", {}).get("required", ())]


def _methods(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def _parameter_fits(method: Json, name: str, value: str) -> bool:
    described = {**document()["parameters"], **method.get("parameters", {})}.get(name)
    if described is None or described.get("location") != "query":
        return False
    if described["type"] == "integer":
        return value.isdigit()
    if described["type"] == "boolean":
        return value in ("true", "false")
    return value in described.get("enum", [value]) and _FORMATS.conforms(value, described.get("format", ""))
