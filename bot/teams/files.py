"""Files that people attach in Teams. They lie in SharePoint; Graph says where each can be had without a token.

https://learn.microsoft.com/graph/api/shares-get. For that the bot's app needs the right Files.Read.All, which an administrator
gives: see README.md. It opens every file, while whoever attaches one's address may have no right to it. So the bot opens a file
where its maker has attached it, and in a team's channels those of the team.
"""

from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

from adapters.errors import Refused, Unknown
from adapters.http import Http, Request
from bot.teams.graph import Graph, Json, quoted
from bot.teams.said import FILED
from bot.text import is_web_address
from commands.talk import Attached

_SERVICE = "teams_files"
_SHAREPOINT = ".sharepoint.com"
_LARGEST = 8 * 1024 * 1024  # bytes
_MAY_NOT = (
    "I may not open files in SharePoint. An administrator has to give my app the right Files.Read.All in Microsoft Entra."
)


_NOT_THEIRS = (
    "I open a file where its maker has attached it, and in a channel those of the team. “{}” is somebody else's: upload a copy "
    "here, and ask again."
)


class Files:
    """The token goes to Graph alone, and nothing is asked of hosts but Graph's and SharePoint's."""

    def __init__(self, graph: Graph, http: Http) -> None:
        self._graph = graph
        self._http = http

    async def fetch(self, attached: Attached, tenant: str, team: str = "") -> bytes:
        """`team` is the group in Entra of the team in whose channel it is attached. Raises Refused, Unavailable."""
        author, _, address = attached.ref.removeprefix(FILED).partition(":")
        if not self._is_known(address):
            raise Refused(f"“{attached.name}” is not kept in SharePoint, so I can't open it.")
        shared = urlsafe_b64encode(address.encode()).decode().rstrip("=")
        item = await self._graph.one(f"shares/u!{shared}/driveItem", tenant, _MAY_NOT)
        if not (_made_by(item, author) or (team and await self._is_of(team, item, tenant))):
            raise Refused(_NOT_THEIRS.format(attached.name))
        size = item.get("size")
        if isinstance(size, int) and size > _LARGEST:
            raise Refused(f"“{attached.name}” is too large for me: I can open files of up to 8 MB.")
        url = str(item.get("@microsoft.graph.downloadUrl") or "")
        if not self._is_known(url):
            raise Refused(f"SharePoint does not let me open “{attached.name}”.")
        return await self._downloaded(url, attached.name, tenant)

    async def _is_of(self, team: str, item: Json, tenant: str) -> bool:
        """Whether it lies among a team's files, which all of the team may open."""
        drive = (await self._graph.one(f"groups/{quoted(team)}/drive", tenant, _MAY_NOT)).get("id")
        return bool(drive) and _inside(item, "parentReference", "driveId") == drive

    async def _downloaded(self, url: str, name: str, tenant: str) -> bytes:
        try:
            answer = await self._http.send(Request(_SERVICE, "GET", url, repeatable=True, tenant=tenant, title="SharePoint"))
        except Unknown as error:
            raise Refused(str(error)) from None
        if answer.status != 200:
            raise Refused(f"SharePoint does not let me open “{name}”.")
        return answer.body

    def _is_known(self, url: str) -> bool:
        if not is_web_address(url):
            return False
        parts = urlsplit(url)
        return self._graph.holds(url) or (parts.scheme == "https" and (parts.hostname or "").endswith(_SHAREPOINT))


def _made_by(item: Json, person: str) -> bool:
    return bool(person) and _inside(item, "createdBy", "user", "id") == person


def _inside(item: Json, *path: str) -> object:
    found: object = item
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
