"""Where a browser's request to a made-up platform comes from."""

from urllib.parse import urlsplit

from aiohttp import web

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_origin(request: web.Request) -> None:
    """Another site in the same browser can neither read a page (by a name that it points here) nor act on it."""
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK or origin not in (None, f"http://{request.host}"):
        raise web.HTTPForbidden
