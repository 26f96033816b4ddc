"""Errors as Notion words them: https://developers.notion.com/reference/status-codes."""

from uuid import uuid4

from aiohttp import web

_CODES = {
    400: "validation_error",
    401: "unauthorized",
    403: "restricted_resource",
    404: "object_not_found",
    409: "conflict_error",
    429: "rate_limited",
    500: "internal_server_error",
    503: "service_unavailable",
    504: "gateway_timeout",
    529: "service_overload",
}
_TEXTS = {401: "API token is invalid.", 404: "Invalid request URL."}


def answer(status: int, text: str) -> web.Response:
    """An error with Notion's own code. A text that begins with another code and a colon is of that one."""
    code, colon, message = text.partition(": ")
    if not (colon and code in ("missing_version", "invalid_json", "object_not_found")):
        code, message = _CODES.get(status, "validation_error"), _TEXTS.get(status, text)
        code = "invalid_request_url" if status == 404 else code
    body = {"object": "error", "status": status, "code": code, "message": message, "request_id": str(uuid4())}
    return web.json_response(body, status=status)


def invalid(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=text)


def not_in_body(name: str, wanted: str, instead: object) -> web.HTTPBadRequest:
    """What does not fit the description of a request's body."""
    return invalid(f"body failed validation: body.{name} should be {wanted}, instead was `{str(instead)[:80]}`.")


def missing(kind: str, id: str) -> web.HTTPNotFound:
    shared = "Make sure the relevant pages and databases are shared with your integration Interact."
    return web.HTTPNotFound(text=f"object_not_found: Could not find {kind} with ID: {id}. {shared}")
