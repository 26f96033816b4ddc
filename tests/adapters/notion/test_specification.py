"""The check against Notion's description can fail: else it would be none."""

import json

import aiohttp
import pytest
from aiohttp import web

from tests.adapters.notion.specification import DOCUMENT, answer_complaints, checking, operation_of, request_complaints
from tests.adapters.servers import serving

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="Notion's description is not on this machine")
PARENT = {"type": "page_id", "page_id": "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"}


def complaints(method: str, path: str, body: object, *query: str) -> list[str]:
    operation = operation_of(method, path)
    assert operation
    return request_complaints(operation, list(query), json.dumps(body).encode() if body is not None else b"")


def test_good_requests_fit() -> None:
    assert complaints("POST", "/v1/pages", {"parent": PARENT, "properties": {}, "markdown": "x"}) == []
    assert complaints("POST", "/v1/search", {"query": "x", "page_size": 5}) == []
    assert complaints("GET", "/v1/blocks/x/children", None, "page_size") == []
    assert complaints("PATCH", "/v1/blocks/x", {"in_trash": False}) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/pages", {"properties": {}}),
        ("POST", "/v1/pages", {"parent": {"type": "moon"}, "properties": {}}),
        ("POST", "/v1/pages", {"parent": PARENT, "properties": [], "markdown": "x"}),
        ("POST", "/v1/pages", {"parent": PARENT, "properties": {}, "makrdown": "x"}),
        ("POST", "/v1/search", {"query": 5}),
        ("POST", "/v1/search", {"filter": {"value": "database"}}),
        ("POST", "/v1/data_sources/x/query", {"sorts": [{"property": "Due"}]}),
        ("PATCH", "/v1/pages/x/markdown", {"type": "append"}),
        ("DELETE", "/v1/blocks/x", {}),
    ],
)
def test_wrong_requests_do_not(method: str, path: str, body: object) -> None:
    assert complaints(method, path, body)


def test_a_wrong_parameter_and_a_wrong_answer_do_not_fit() -> None:
    assert complaints("GET", "/v1/blocks/x/children", None, "page_sise")
    markdown = operation_of("GET", "/v1/pages/x/markdown")
    assert markdown
    assert answer_complaints(markdown, 200, b'{"markdown": "x", "truncated": false}') == []
    assert answer_complaints(markdown, 200, b'{"markdown": 5}')


def test_what_notion_does_not_have_is_no_operation() -> None:
    assert operation_of("POST", "/v1/databases/x/query") is None
    assert (operation_of("GET", "/v1/users/me") or {})["operationId"] == "get-self"


async def test_the_watch_notes_what_was_accepted_all_the_same() -> None:
    async def accept(_: web.Request) -> web.Response:
        return web.json_response({})

    complained: list[str] = []
    app = web.Application(middlewares=[checking(complained)])
    app.router.add_route("*", "/{path:.*}", accept)
    async with serving(app) as address, aiohttp.ClientSession(address) as client:
        await client.post("/v1/search", json={"query": 5})
        await client.post("/v1/pagess", json={})
        await client.post("/v1/oauth/token", json={})
    assert len(complained) == 2
