"""The little of SharePoint that a bot reads, behind Graph: https://learn.microsoft.com/graph/api/shares-get."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from aiohttp import web

from bot.teams.sandbox.errors import ApiError, worded
from bot.teams.sandbox.login import GRAPH, audience_of
from bot.teams.sandbox.workspace import TEAM_GROUP, Workspace

_TEAMS = "b!the-team"


class Drive:
    """`allowed` is whether the app was given Files.Read.All. What a download's address leads to wants no token."""

    def __init__(self, workspace: Workspace, account_of: Callable[[web.Request], str]) -> None:
        self.allowed = True
        self._workspace = workspace
        self._account_of = account_of

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/graph/v1.0/shares/{share}/driveItem", worded(self._item, _refused))
        router.add_get("/graph/v1.0/groups/{group}/drive", worded(self._of_group, _refused))
        router.add_get("/sharepoint/download/{key}", worded(self._download, _refused))

    async def _of_group(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/drive-get"""
        self._let_in(request)
        if request.match_info["group"] != TEAM_GROUP:
            raise ApiError(404, "itemNotFound", "The resource could not be found.")
        return web.json_response({"id": _TEAMS, "driveType": "documentLibrary"})

    async def _item(self, request: web.Request) -> web.Response:
        self._let_in(request)
        url = _shared(request.match_info["share"])
        if url not in self._workspace.files:
            raise ApiError(404, "itemNotFound", "The sharing link no longer exists, or you may not use it.")
        download = f"{self._workspace.address}sharepoint/download/{_key(url)}"
        size, maker = len(self._workspace.files[url]), self._workspace.makers.get(url, "")
        made = {"createdBy": {"user": {"id": maker}}} if maker else {}
        lies = {"driveId": f"b!{maker}" if maker else _TEAMS, "driveType": "business" if maker else "documentLibrary"}
        told = {"id": _key(url), "size": size, **made, "parentReference": lies}
        return web.json_response({**told, "@microsoft.graph.downloadUrl": download})

    def _let_in(self, request: web.Request) -> None:
        if audience_of(request, self._account_of) != GRAPH:
            raise ApiError(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        if not self.allowed:
            raise ApiError(403, "accessDenied", "Access denied")

    async def _download(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            raise ApiError(401, "unauthenticated", "An address that needs no token was given one.")
        for url, content in self._workspace.files.items():
            if _key(url) == request.match_info["key"]:
                return web.Response(body=content)
        raise ApiError(404, "itemNotFound", "The resource could not be found.")


def _shared(share: str) -> str:
    """https://learn.microsoft.com/graph/api/shares-get#encoding-sharing-urls"""
    try:
        return urlsafe_b64decode(f"{share.removeprefix('u!')}===").decode()
    except ValueError:
        raise ApiError(400, "invalidRequest", "The sharing token is malformed.") from None


def _key(url: str) -> str:
    return sha256(url.encode()).hexdigest()[:32]


def _refused(error: ApiError) -> web.Response:
    body: Any = {"error": {"code": error.code, "message": error.message}}
    return web.json_response(body, status=error.status)
