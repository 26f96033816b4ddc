"""The pages on which people of a made-up platform sign in or let the bot in: plain forms, drawn on the server."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox_codes import Wanted

CANCEL = "cancel"

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem}"
    "button{display:block;width:100%;margin:.6rem 0;padding:.8rem;font:inherit;border:1px solid;border-radius:.5rem;"
    "background:transparent;color:inherit;cursor:pointer;text-align:left}button:hover,button:focus-visible{outline:2px solid}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def draw(title: str, about: str, choices: Mapping[str, str], query: Mapping[str, str], wanted: Wanted) -> web.Response:
    """A button for each choice, by its value; what was asked in the query goes along with it."""
    fields = "".join(f'<input type=hidden name="{escape(name)}" value="{escape(value)}">' for name, value in query.items())
    buttons = "".join(
        f'<button name=choice value="{escape(value)}">{escape(label)}</button>' for value, label in choices.items()
    )
    return _page(title, f"<p>{escape(about)}</p><form method=post>{fields}{buttons}</form>", 200, _origin(wanted.redirect_uri))


def refuse(said: str) -> web.Response:
    """Says what is wrong with the request, for nobody knows where it came from."""
    return _page("This link doesn't work", f"<p>{escape(said)}</p>", 400)


def go(url: str) -> web.Response:
    return web.Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})


def _page(title: str, body: str, status: int, then: str = "") -> web.Response:
    """`then` is where the form may lead: browsers look at what it is redirected to as well."""
    html = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style><main><h1>{escape(title)}</h1>{body}</main></html>"
    )
    policy = f"{_POLICY}; form-action 'self' {then}"
    safety = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
    return web.Response(text=html, status=status, content_type="text/html", headers=safety)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
