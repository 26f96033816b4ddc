"""Records of the stand-in as Notion's API tells them, version 2026-03-11."""

from typing import Any

from adapters.notion.sandbox_ids import minute
from adapters.notion.sandbox_store import Node, url

Json = dict[str, Any]


def page(node: Node) -> Json:
    icon = {"type": "emoji", "emoji": node.body["icon"]} if node.body["icon"] else None
    told = {"object": "page", **_common(node), "cover": None, "icon": icon, "is_locked": False}
    properties = {name: value(node, column) for name, column in node.columns.items()}
    return {**told, "properties": properties, "url": url(node), "public_url": None}


def value(node: Node, column: Json) -> Json:
    """What stands in a column."""
    type = column["type"]
    moment = {"created_time": node.created, "last_edited_time": node.edited}
    inner = minute(moment[type]) if type in moment else node.body["values"][column["name"]]
    return {"id": column["id"], "type": type, type: inner}


def data_source(node: Node) -> Json:
    told = {
        "object": "data_source",
        **_common(node),
        "title": node.body["title"],
        "description": [],
        "icon": None,
        "cover": None,
    }
    above = _parent(node.parent.parent) if node.parent else {}
    told |= {"properties": node.columns, "database_parent": above, "is_inline": False}
    return {**told, "url": url(node), "public_url": None}


def database(node: Node) -> Json:
    sources = [{"id": each.id, "name": each.title} for each in node.children]
    told = {"object": "database", **_common(node), **_named(node)}
    return {**told, "data_sources": sources, "is_inline": False, "is_locked": False, "url": url(node), "public_url": None}


def block(node: Node) -> Json:
    """A page is a block as well, of what it is in."""
    inner = node.body if node.kind == "block" else {"title": node.title}
    has_children = any(not each.in_trash for each in node.children)
    return {"object": "block", **_common(node), "has_children": has_children, "type": node.type, node.type: inner}


def found(node: Node) -> Json:
    return page(node) if node.kind == "page" else data_source(node)


def _named(node: Node) -> Json:
    return {"title": node.body["title"], "description": [], "icon": None, "cover": None}


def _common(node: Node) -> Json:
    told: Json = {"id": node.id, "created_time": minute(node.created), "last_edited_time": minute(node.edited)}
    told |= {name: {"object": "user", "id": node.author} for name in ("created_by", "last_edited_by")}
    return {**told, "parent": _parent(node.parent), "in_trash": node.is_gone}


def _parent(node: Node | None) -> Json:
    if node is None:
        return {"type": "workspace", "workspace": True}
    told: Json = {"type": f"{node.kind}_id", f"{node.kind}_id": node.id}
    return {**told, "database_id": node.parent.id} if node.kind == "data_source" and node.parent else told
