"""What holds for every page: its headers, forms that are our own, and errors as pages that say nothing of the inside."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.web.browser import Browser, Visitor, csrf_token
from bot.web.pages import Pages
from storage.errors import StorageError
from storage.sealing import SealError

_LOG = logging.getLogger(__name__)
_FORM = "application/x-www-form-urlencoded"
_LARGEST_FORM = 16 * 1024  # bytes
_RECEIVE = 10.0  # seconds within which a form must have arrived whole
_YEAR = 365 * 86400  # seconds


class Security:
    """A middleware for an application that serves pages and other things: paths that begin with one of `outside` are none.

    `form_targets` are origins where forms may lead to besides https ones: the stand-ins of sandbox mode. Until `is_ready`,
    nothing is begun: what a provider sends back is good for one use, and would be lost.
    """

    def __init__(
        self,
        pages: Pages,
        browser: Browser,
        public_url: str,
        outside: Collection[str] = (),
        form_targets: Collection[str] = (),
        is_ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._origin = _origin(public_url)
        self._outside = tuple(outside)
        self._headers = _headers(public_url, form_targets)
        self._is_ready = is_ready

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(self._outside):
            return await handler(request)
        try:
            response = await self._answer(request, handler)
        except web.HTTPRedirection as redirection:
            self._dress(redirection)
            raise
        self._dress(response)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._is_ready() and not request.path.startswith(_STATIC):
            return self._sorry(503)
        try:
            if request.method == hdrs.METH_POST and request.match_info.http_exception is None:
                await self._check(request)
            return await handler(request)
        except web.HTTPError as error:
            return self._sorry(error.status, error.headers)
        except (StorageError, SealError) as error:
            _LOG.error("a page can't be shown: %s", error)
            return self._sorry(503)
        except web.HTTPException:
            raise
        except Exception:
            _LOG.exception("a page broke")
            return self._sorry(500)

    async def _check(self, request: web.Request) -> None:
        """A form of ours, filled in on a page of ours, in the session that it was made for."""
        if not _is_own(request.headers, self._origin):
            raise web.HTTPForbidden
        if request.content_type != _FORM or (request.charset or "utf-8").lower() != "utf-8":
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > _LARGEST_FORM or len(await _received(request)) > _LARGEST_FORM:
            raise web.HTTPRequestEntityTooLarge(_LARGEST_FORM)
        try:
            form = await request.post()
        except ValueError:
            raise web.HTTPBadRequest from None
        id = self._browser.session_id(request)
        given = str(form.get("csrf", "")).encode("utf-8", "surrogatepass")
        if not id or not hmac.compare_digest(given, csrf_token(id).encode()):
            raise web.HTTPForbidden

    def _sorry(self, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
        title, text = _SORRY.get(status, (HTTPStatus(status).phrase, "This can't be done here."))
        response = self._pages.show("message.html", status, title=title, text=text, reason="", link=_HOME, **Visitor().shown)
        if headers and hdrs.ALLOW in headers:
            response.headers[hdrs.ALLOW] = headers[hdrs.ALLOW]
        return response

    def _dress(self, response: web.StreamResponse) -> None:
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)


def _headers(public_url: str, form_targets: Collection[str]) -> Mapping[str, str]:
    """Browsers also hold to `form-action` where a form's answer redirects to: hence the providers."""
    targets = " ".join(["'self'", "https:", *map(_origin, form_targets)])
    policy = (
        "default-src 'self'; script-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"frame-ancestors 'none'; base-uri 'none'; form-action {targets}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return headers | ({"Strict-Transport-Security": f"max-age={_YEAR}"} if public_url.startswith("https://") else {})


def _is_own(headers: Mapping[str, str], origin: str) -> bool:
    """Old browsers tell an Origin only. Under our own Referrer-Policy that is "null" for our own forms too."""
    site = headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site is not None else headers.get(hdrs.ORIGIN, origin) in (origin, "null")


async def _received(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_RECEIVE):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


_STATIC = "/static/"
_HOME = ("/", "To the first page")
_SORRY = {
    403: ("This is not allowed", "The page may be too old, or not for you. Go back, load it anew, and try once more."),
    404: ("There is no such page", "The address may have been cut off, or the page is gone."),
    500: ("This page broke", "It is our fault. It has been noted, and trying again may help."),
    503: ("This can't be done now", "The bot is just starting, or can't reach what it stores. Load this page anew."),
}
