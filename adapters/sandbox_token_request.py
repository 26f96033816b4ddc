"""A request to a token endpoint, as a strict server reads it: https://www.rfc-editor.org/rfc/rfc6749#section-3.2."""

import json
from base64 import b64decode
from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.base import OAuth2
from adapters.sandbox_request import Refusal


async def token_request(request: web.Request, auth: OAuth2, client_id: str, client_secret: str) -> Mapping[str, str]:
    """The fields of a request that its client has signed as it should. Raises Refusal."""
    fields = await plain_request(request, auth)
    if auth.client_auth == "client_secret_basic":
        told = _basic(request.headers.get("Authorization", ""))
        stray = {"client_id", "client_secret"} & fields.keys()
    else:
        told = fields.get("client_id", ""), fields.get("client_secret", "")
        stray = {"Authorization"} & request.headers.keys()
    if stray:
        raise Refusal("invalid_request", "The client's secret belongs elsewhere.")
    if not all(compare_digest(*pair) for pair in zip(_bytes(told), _bytes((client_id, client_secret)), strict=True)):
        raise Refusal("invalid_client", "The client is unknown, or its secret is wrong.")
    return fields


async def plain_request(request: web.Request, auth: OAuth2) -> Mapping[str, str]:
    """The same, whoever sends it. Nothing may be in the URL, where logs would keep it, and nothing may come twice."""
    if request.query:
        raise Refusal("invalid_request", "Nothing belongs into the URL.")
    if request.content_type != ("application/json" if auth.json_body else "application/x-www-form-urlencoded"):
        raise Refusal("invalid_request", "The content type is wrong.")
    try:
        body = (await request.read()).decode()
        pairs = json.loads(body, object_pairs_hook=list) if auth.json_body else parse_qsl(body, keep_blank_values=True)
        fields = dict(pairs)
    except (ValueError, TypeError, RecursionError):
        raise Refusal("invalid_request", "The body can't be read.") from None
    if len(fields) != len(pairs) or not all(isinstance(value, str) for value in fields.values()):
        raise Refusal("invalid_request", "A field comes twice, or is no text.")
    return fields


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        login, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (login, password) if scheme.lower() == "basic" else ("", "")


def _bytes(pair: tuple[str, str]) -> tuple[bytes, ...]:
    return tuple(each.encode() for each in pair)
