"""Notion's own description of its API, where this machine has it: it keeps the stand-in and the client honest."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from aiohttp import web

from adapters.sandbox import Handler

DOCUMENT = Path(__file__).parents[4] / "shared/specs/notion.json"
Json = dict[str, Any]
_BLOCKS = {"paragraph", "quote", "to_do", "code", "bulleted_list_item", "numbered_list_item", "heading_2"}

# The description is of version 2025-09-03, but for the two Markdown endpoints. What 2026-03-11 has beyond it:
_NEWER = {
    "post-page": {"markdown"},  # https://developers.notion.com/guides/data-apis/working-with-markdown-content
    "update-a-block": {"in_trash", *_BLOCKS},  # was `archived`; a block's content is by its type, not under `type`
}
_UNDESCRIBED = re.compile(r"/v1/oauth/")
# Where it is wrong about its own version:
# - `sorts` of a query may name a `timestamp` in place of a `property`: https://developers.notion.com/reference/sort-data-source-entries
# - the parent of a row is a `data_source_id`: https://developers.notion.com/docs/upgrade-guide-2025-09-03


@cache
def document() -> Json:
    described: Json = json.loads(DOCUMENT.read_text())
    return described


def operation_of(method: str, path: str) -> Json | None:
    """What such a request calls: of several paths that fit, the one with the fewest variables."""
    paths = document()["paths"]
    known = [each for each in paths if _template(each).fullmatch(path) and method.lower() in paths[each]]
    found = min(known, key=lambda each: each.count("{"), default=None)
    return paths[found][method.lower()] if found else None


def request_complaints(operation: Json, query: list[str], body: bytes) -> list[str]:
    """Parameters and fields that the operation does not have, and what does not fit."""
    id = operation["operationId"]
    parameters = {each.get("name") for each in operation.get("parameters", [])}
    stray = [f"{id}: no parameter {name}" for name in query if name not in parameters]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if not schema:
        return stray + ([f"{id} takes no body"] if body else [])
    value = json.loads(body)
    unknown = set(value) - set(schema["properties"]) - _NEWER.get(id, set())
    value = {name: each for name, each in value.items() if name in schema["properties"]}
    return stray + [f"{id}: no field {name}" for name in sorted(unknown)] + _complaints(id, schema, _as_described(value))


def _as_described(value: Json) -> Json:
    if "sorts" in value:
        value = {**value, "sorts": [each for each in value["sorts"] if "timestamp" not in each]}
    if "data_source_id" in value.get("parent", {}):
        value = {**value, "parent": {"type": "database_id", "database_id": value["parent"]["data_source_id"]}}
    return value


def answer_complaints(operation: Json, status: int, body: bytes) -> list[str]:
    id = operation["operationId"]
    schema = operation["responses"].get(str(status), {}).get("content", {}).get("application/json", {}).get("schema")
    return _complaints(id, schema, json.loads(body)) if schema else []


def checking(complained: list[str]) -> Any:
    """A middleware that notes where requests that were accepted, and all answers, differ from the description."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        path = request.path[request.path.find("/v1/") :]
        if DOCUMENT.exists() and path.startswith("/v1/") and not _UNDESCRIBED.match(path):
            complained.extend(_all(request, path, await request.read(), response))
        return response

    return check


def _all(request: web.Request, path: str, body: bytes, response: web.StreamResponse) -> list[str]:
    operation = operation_of(request.method, path)
    if operation is None:
        return [f"no such operation: {request.method} {path}"]
    said = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b"{}"
    asked = request_complaints(operation, list(request.query), body) if response.status == 200 else []
    return asked + answer_complaints(operation, response.status, said)


def _complaints(id: str, schema: Json, value: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator({**schema, "components": document()["components"]})
    return [f"{id}.{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
