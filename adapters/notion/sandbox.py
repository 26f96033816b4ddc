"""A stateful stand-in for Notion's API, version 2026-03-11: https://developers.notion.com/reference/intro."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.notion import (
    AUTH,
    sandbox_demo,
    sandbox_errors,
    sandbox_query,
    sandbox_rich_text,
    sandbox_tokens,
    sandbox_told,
    sandbox_values,
)
from adapters.notion.sandbox_errors import invalid, not_in_body
from adapters.notion.sandbox_listing import listed
from adapters.notion.sandbox_news import News
from adapters.notion.sandbox_store import Node, Workspace, checked, markdown
from adapters.sandbox import Sandbox
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_families import Habits

VERSION = "2026-03-11"
Json = dict[str, Any]


class NotionSandbox(Sandbox):
    """What the adapter uses of Notion, and what it might use soon. `news` are the webhook requests that Notion would send."""

    asks = r"/(search|query)$"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("notion", now)
        self.news = News(now)
        self._workspaces: dict[str, Workspace] = {}
        dialect = sandbox_tokens.dialect(lambda account: self._workspaces[account].bot)
        self.authorization = AuthorizationServer(self, AUTH, Habits(rotates=True), dialect)
        self.app.add_routes(
            [
                web.get("/v1/users", self._list_users),
                web.get("/v1/users/me", self._me),
                web.post("/v1/search", self._search),
                web.post("/v1/pages", self._create),
                web.get("/v1/pages/{id}", self._get_page),
                web.patch("/v1/pages/{id}", self._update_page),
                web.get("/v1/pages/{id}/markdown", self._get_markdown),
                web.patch("/v1/pages/{id}/markdown", self._update_markdown),
                web.get("/v1/databases/{id}", self._get_database),
                web.get("/v1/data_sources/{id}", self._get_source),
                web.post("/v1/data_sources/{id}/query", self._query),
                web.get("/v1/blocks/{id}", self._get_block),
                web.patch("/v1/blocks/{id}", self._update_block),
                web.delete("/v1/blocks/{id}", self._delete_block),
                web.get("/v1/blocks/{id}/children", self._list_children),
            ]
        )

    def grant(self, account: str, zone: str = "UTC", seconds: int = 3600) -> str:
        """As any stand-in's; an account's first token fills its workspace."""
        if account not in self._workspaces:
            self._workspaces[account] = sandbox_demo.workspace(account, self.now)
        return super().grant(account, zone, seconds)

    def state(self, account: str) -> Mapping[str, Any]:
        workspace = self._workspaces.get(account)
        pages = workspace.all("page") if workspace else []
        return {each.id: _seen(each) for each in reversed(pages) if not each.is_gone}

    def changes(self, account: str) -> int:
        return self._workspaces[account].changes if account in self._workspaces else 0

    def error(self, status: int, text: str) -> web.Response:
        return sandbox_errors.answer(status, text)

    async def _list_users(self, request: web.Request) -> web.Response:
        return listed(self._workspace(request).users, request.query, "user")

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(self._workspace(request).bot)

    async def _search(self, request: web.Request) -> web.Response:
        workspace = self._workspace(request)
        body = await _body(request, "query", "sort", "filter", "start_cursor", "page_size")
        kinds = _kinds(body.get("filter"))
        words = str(body.get("query", "")).casefold().split()
        found = [each for each in workspace.all(*kinds) if not each.is_gone and _has(each.title, words)]
        sort = body.get("sort", {"timestamp": "last_edited_time", "direction": "descending"})
        if sort.get("timestamp") != "last_edited_time" or sort.get("direction") not in ("ascending", "descending"):
            raise not_in_body("sort", "by last_edited_time", sort)
        found.sort(key=lambda each: each.edited, reverse=sort["direction"] == "descending")
        return listed([sandbox_told.found(each) for each in found], body, "page_or_data_source")

    async def _create(self, request: web.Request) -> web.Response:
        workspace = self._workspace(request)
        body = await _body(request, "parent", "properties", "icon", "cover", "markdown")
        drafts = checked(body.get("markdown", ""))
        parent = _parent(body.get("parent"), workspace)
        page = workspace.add_page(parent, body.get("properties", {}), (body.get("icon") or {}).get("emoji", ""))
        workspace.write(page, drafts)
        workspace.changes += 1
        return web.json_response(sandbox_told.page(page))

    async def _get_page(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_told.page(self._node(request, "page")))

    async def _update_page(self, request: web.Request) -> web.Response:
        workspace, page = self._workspace(request), self._node(request, "page")
        body = await _body(request, "properties", "in_trash", "icon", "cover", "is_locked")
        values = sandbox_values.accepted(body.get("properties", {}), page.columns, workspace.people)
        before = dict(page.body)
        self._move(workspace, page, body.get("in_trash"))
        page.body["values"] = {**page.body["values"], **values}
        if "icon" in body:
            page.body["icon"] = (body["icon"] or {}).get("emoji", "")
        workspace.changes += before != page.body
        workspace.touch(page)
        return web.json_response(sandbox_told.page(page))

    async def _get_markdown(self, request: web.Request) -> web.Response:
        return _told_markdown(self._node(request, "page", "block"))

    async def _update_markdown(self, request: web.Request) -> web.Response:
        """What is appended; the stand-in replaces nothing."""
        workspace = self._workspace(request)
        page = workspace.open(request.match_info["id"], "page")
        body = await _body(request, "type", "insert_content")
        insert = body.get("insert_content")
        if body.get("type") != "insert_content" or not isinstance(insert, dict) or set(insert) - {"content", "position"}:
            raise not_in_body("type", '`"insert_content"`, with its object', body.get("type"))
        if insert.get("position", {}).get("type", "end") != "end":
            raise not_in_body("insert_content.position.type", '`"end"`', insert["position"])
        workspace.write(page, checked(insert.get("content")))
        workspace.changes += 1
        return _told_markdown(page)

    async def _get_database(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_told.database(self._node(request, "database")))

    async def _get_source(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_told.data_source(self._node(request, "data_source")))

    async def _query(self, request: web.Request) -> web.Response:
        source = self._node(request, "data_source")
        body = await _body(request, "sorts", "filter", "start_cursor", "page_size", "in_trash", "result_type")
        rows = [each for each in source.children if each.is_gone == bool(body.get("in_trash"))]
        if "filter" in body:
            rows = [each for each in rows if sandbox_query.fits(each, body["filter"])]
        rows = sandbox_query.in_order(rows, body.get("sorts", []))
        return listed([sandbox_told.page(each) for each in rows], body, "page_or_data_source")

    async def _get_block(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_told.block(self._node(request, "block", "page", "database")))

    async def _update_block(self, request: web.Request) -> web.Response:
        workspace, block = self._workspace(request), self._node(request, "block")
        body = await _body(request, "in_trash", block.type)
        text = body.get(block.type, {}).get("rich_text", block.body.get("rich_text", []))
        accepted = sandbox_rich_text.accepted(text, f"{block.type}.rich_text", workspace.people)
        self._move(workspace, block, body.get("in_trash"))
        workspace.changes += block.body.get("rich_text") != accepted
        block.body = {**block.body, "rich_text": accepted}
        workspace.touch(block)
        return web.json_response(sandbox_told.block(block))

    async def _delete_block(self, request: web.Request) -> web.Response:
        workspace, block = self._workspace(request), self._node(request, "block", "page")
        self._move(workspace, block, in_trash=True)
        workspace.touch(block)
        return web.json_response(sandbox_told.block(block))

    async def _list_children(self, request: web.Request) -> web.Response:
        node = self._node(request, "block", "page")
        children = [sandbox_told.block(each) for each in node.children if not each.in_trash]
        return listed(children, request.query, "block")

    def _move(self, workspace: Workspace, node: Node, in_trash: object) -> None:
        """Into the trash or out of it, or (None) neither. Raises a 400: what is in the trash can only come back."""
        if in_trash not in (None, True, False):
            raise not_in_body("in_trash", "a boolean", in_trash)
        if in_trash is not False:
            workspace.open(node.id, node.kind)
        workspace.changes += in_trash not in (None, node.in_trash)
        node.in_trash = node.in_trash if in_trash is None else bool(in_trash)

    def _node(self, request: web.Request, *kinds: str) -> Node:
        return self._workspace(request).get(request.match_info["id"], *kinds)

    def _workspace(self, request: web.Request) -> Workspace:
        """That of the token's account. Raises a 401, and a 400 for another version of the API."""
        account = self.account_of(request)
        version = request.headers.get("Notion-Version")
        if version != VERSION:
            said = f"Notion-Version header should be `“{VERSION}”`, instead was `{version or 'undefined'}`."
            raise web.HTTPBadRequest(text=f"missing_version: Notion-Version header failed validation: {said}")
        return self._workspaces[account]


def _seen(page: Node) -> Json:
    """What people see of a page."""
    values = {name: value for name, value in page.body["values"].items() if value}
    return {"title": page.title, "icon": page.body["icon"], "values": values, "text": markdown(page)}


def _told_markdown(node: Node) -> web.Response:
    told = {"object": "page_markdown", "id": node.id, "markdown": markdown(node)}
    return web.json_response({**told, "truncated": False, "unknown_block_ids": []})


def _parent(told: object, workspace: Workspace) -> Node | None:
    if isinstance(told, dict) and told.get("workspace") is True:
        return None
    if isinstance(told, dict) and isinstance(told.get("page_id"), str):
        return workspace.open(told["page_id"], "page")
    if isinstance(told, dict) and isinstance(told.get("data_source_id"), str):
        return workspace.open(told["data_source_id"], "data_source")
    raise not_in_body("parent", "defined: a page, a data source or the workspace", told)


def _kinds(wanted: object) -> Sequence[str]:
    if wanted is None:
        return "page", "data_source"
    if not isinstance(wanted, dict) or wanted.get("property") != "object" or wanted.get("value") not in ("page", "data_source"):
        raise not_in_body("filter.value", '`"page"` or `"data_source"`', wanted)
    return (wanted["value"],)


def _has(title: str, words: Sequence[str]) -> bool:
    return all(word in title.casefold() for word in words)


async def _body(request: web.Request, *fields: str) -> Json:
    """The JSON object of a request. Raises a 400 for fields that are not known."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise invalid("invalid_json: Error parsing JSON body.") from None
    if not isinstance(body, dict):
        raise invalid("invalid_json: Error parsing JSON body.")
    stray = next((name for name in body if name not in fields), None)
    if stray:
        raise not_in_body(stray, "not present", body[stray])
    return body
