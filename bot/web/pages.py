"""The pages that people look at: templates filled in, and the files that they load. There is no JavaScript."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from mimetypes import types_map
from pathlib import Path
from types import MappingProxyType

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.text import clean

_FOLDER = Path(__file__).parent
_OWN = ("style.css", "mark.svg")  # files beside this one that pages load
_NONE: Mapping[str, bytes] = MappingProxyType({})
# A file's address names its content, so it never changes. Opened by itself, an icon may do nothing.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class _File:
    url: str
    content: bytes
    type: str


class Pages:
    """Shows templates of the folder `templates`, and serves `/static/{name}` by `static`.

    `icons` are the SVG files of the adapters, by their names. All that a template is given is escaped, and a value that it
    misses is an error.
    """

    def __init__(self, icons: Mapping[str, bytes] = _NONE) -> None:
        own = {name: (_FOLDER / name).read_bytes() for name in _OWN}
        files = own | {f"{name}.svg": content for name, content in icons.items()}
        self._by_name = {name: _file(name, content) for name, content in files.items()}
        self._by_url = {file.url: file for file in self._by_name.values()}
        self._templates = _environment(self.url)

    def show(self, template: str, status: int = 200, /, **values: object) -> web.Response:
        """A page. Every template needs `title`, and `**visitor.shown`."""
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html")

    def url(self, name: str) -> str:
        """Where browsers find "style.css", or the icon "google_calendar.svg". Raises KeyError."""
        return self._by_name[name].url

    async def static(self, request: web.Request) -> web.Response:
        """GET /static/{name}."""
        file = self._by_url.get(request.path)
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type=file.type, charset="utf-8", headers=_HEADERS)


def _file(name: str, content: bytes) -> _File:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return _File(f"/static/{stem}.{digest}.{suffix}", content, types_map[f".{suffix}"])


def _shown(value: object) -> object:
    """Nothing hides in a text or reorders what is read; what is marked as HTML already stays so."""
    return clean(value) if isinstance(value, str) else value


def _environment(static: Callable[[str], str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        auto_reload=False,
    )
    environment.globals["static"] = static
    return environment
