"""Pictures that were painted for people. Slack and Teams fetch them too, so nobody signs in: who has the address may see it."""

import re

from aiohttp import web

from storage.pictures import Pictures

_ID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # as `bot.tokens.token` makes them
# Whatever it holds, it is shown as a picture and does nothing. It never changes, and is not kept for ever.
_HEADERS = {
    "Cache-Control": "public, max-age=2592000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class PicturesPage:
    """GET /pictures/{id}."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    async def show(self, request: web.Request) -> web.Response:
        id = request.match_info["id"]
        kept = await self._pictures.find(id) if _ID.fullmatch(id) else None
        if kept is None:
            raise web.HTTPNotFound
        return web.Response(body=kept.content, content_type=kept.mime, headers=_HEADERS)
