"""Who is in a conversation: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context."""

from aiohttp import web

from bot.teams.sandbox.errors import ApiError, connector_error, number_of, worded
from bot.teams.sandbox.gate import Gate
from bot.teams.sandbox.shapes import member_json, team_json
from bot.teams.sandbox.workspace import TEAM, Person, Workspace

_CONVERSATION = "/emea/{tenant}/v3/conversations/{conversation}"
_MOST = 500


class Roster:
    """The part of the Bot Connector that is only Teams' own, and its members."""

    def __init__(self, workspace: Workspace, gate: Gate) -> None:
        self._workspace = workspace
        self._gate = gate

    def add_routes(self, router: web.UrlDispatcher) -> None:
        for path, handler in (
            (f"{_CONVERSATION}/members", self._members),
            (f"{_CONVERSATION}/pagedmembers", self._paged_members),
            (f"{_CONVERSATION}/members/{{member}}", self._member),
            ("/emea/{tenant}/v3/teams/{team}", self._team),
        ):
            router.add_get(path, worded(handler, connector_error))

    async def _members(self, request: web.Request) -> web.Response:
        return web.json_response([member_json(person) for person in self._people(request)])

    async def _paged_members(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/microsoftteams/platform/resources/team-chat-member-api-changes"""
        people = self._people(request)
        start = number_of(request, "continuationToken", 0)
        size = min(number_of(request, "pageSize", _MOST), _MOST)
        page = {"members": [member_json(person) for person in people[start : start + size]]}
        more = {"continuationToken": str(start + size)} if start + size < len(people) else {}
        return web.json_response(page | more)

    async def _member(self, request: web.Request) -> web.Response:
        wanted = self._workspace.person(request.match_info["member"])
        if wanted not in self._people(request) or wanted is None:
            raise ApiError(404, "MemberNotFoundInConversation", "The member was not found in the conversation.")
        return web.json_response(member_json(wanted))

    async def _team(self, request: web.Request) -> web.Response:
        self._gate.let_in(request)
        if request.match_info["team"] != TEAM:
            raise ApiError(404, "TeamNotFound", "Team not found.")
        self._gate.check(request, self._workspace.conversation(TEAM))
        return web.json_response(team_json(self._workspace))

    def _people(self, request: web.Request) -> list[Person]:
        return [self._workspace.people[each] for each in self._gate.reached(request).members]
