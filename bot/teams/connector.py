"""The Bot Connector, by which the bot speaks in Teams.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from adapters.errors import Refused, Unavailable, Unknown
from adapters.http import Rate, Request, Response
from bot.teams.bearer import Bearer
from bot.teams.hosts import Hosts

Json = Mapping[str, Any]

SERVICE = "teams"
ROSTER = "teams_roster"  # who people are: with a rate of its own
RATES = {SERVICE: Rate(4, 2.3), ROSTER: Rate(50)}
"""For `Http`: what is written in a conversation, and what is read in a tenant. Teams takes 7 messages in a second, 8 in two and
60 in thirty, and 50 requests of an app in a second. What is too much even so is sent again after 429:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"""

_AGAIN = 412  # "Precondition failed, please try again": others were writing there, and nothing was done
_PAUSES = (0.3, 1.0)  # seconds before it is tried again
_SAID = 1_000  # bytes
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_CODE = re.compile(r"[A-Za-z0-9]{1,60}")
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_SUBCODE = re.compile(r'subCode\W+([A-Za-z0-9]{1,60})"')


class ConnectorError(Exception):
    """Teams said no; the text is its own word for why, such as `ConversationBlockedByUser`.

    https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
    `said` is what it says beside that: only to be compared, for it may quote what was sent.
    """

    def __init__(self, status: int, code: str, said: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.said = said


@dataclass(frozen=True)
class Address:
    """Where a conversation is: its id may name a thread, with ";messageid=…"."""

    tenant: str
    service_url: str
    conversation: str

    @property
    def whole(self) -> str:
        """The conversation that its thread is in."""
        return self.conversation.partition(";")[0]


class Connector:
    """Every method raises ConnectorError, Refused, Unavailable, and `send` Unknown too.

    Who is answered in a thread is answered by its conversation's id; so there is no method to reply.
    """

    def __init__(self, bearer: Bearer, hosts: Hosts, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._bearer = bearer
        self._hosts = hosts
        self._sleep = sleep

    async def send(self, at: Address, activity: Json) -> str:
        """The new message's id."""
        path = f"conversations/{_quoted(at.conversation)}/activities"
        return str((await self._call(at, "POST", path, activity, repeatable=False)).get("id") or "")

    async def update(self, at: Address, id: str, activity: Json) -> None:
        await self._call(at, "PUT", f"conversations/{_quoted(at.conversation)}/activities/{_quoted(id)}", activity)

    async def delete(self, at: Address, id: str) -> None:
        await self._call(at, "DELETE", f"conversations/{_quoted(at.conversation)}/activities/{_quoted(id)}")

    async def typing(self, at: Address) -> None:
        """Shows for some seconds that the bot is at work."""
        await self._call(at, "POST", f"conversations/{_quoted(at.conversation)}/activities", {"type": "typing"})

    async def members(self, at: Address) -> list[Json]:
        """Who is in a conversation, in a chat with the bot alone its one person."""
        answer = await self._answer(at, "GET", f"conversations/{_quoted(at.whole)}/members")
        return [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []

    async def open_chat(self, near: Address, bot: str, user: str) -> Address:
        """The chat with a person alone, which is always the same one; `near` is a conversation of the same tenant.

        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
        """
        who = {"isGroup": False, "bot": {"id": bot}, "members": [{"id": user}]}
        where = {"tenantId": near.tenant, "channelData": {"tenant": {"id": near.tenant}}}
        opened = await self._call(near, "POST", "conversations", {**who, **where})
        if not opened.get("id"):
            raise Unavailable("Teams' answer can't be read.")
        return Address(near.tenant, near.service_url, str(opened["id"]))

    async def member(self, at: Address, user: str) -> Json:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-single-member-details"""
        return await self._call(at, "GET", f"conversations/{_quoted(at.whole)}/members/{_quoted(user)}")

    async def team(self, at: Address, team: str) -> Json:
        """What Teams knows of a team: `aadGroupId` is its group's id in Entra."""
        return await self._call(at, "GET", f"teams/{_quoted(team)}")

    async def _call(self, at: Address, method: str, path: str, told: Json | None = None, repeatable: bool = True) -> Json:
        answer = await self._answer(at, method, path, told, repeatable)
        if isinstance(answer, dict):
            return answer
        raise _unreadable(repeatable)

    async def _answer(self, at: Address, method: str, path: str, told: Json | None = None, repeatable: bool = True) -> Any:
        if not self._hosts.allows(at.service_url):
            raise Refused("Teams named an address that is not in TEAMS_SERVICE_HOSTS: nothing is sent there.")
        url = f"{at.service_url.rstrip('/')}/v3/{path}"
        body = None if told is None else _encoded(told).encode()
        service, lane = (ROSTER, at.tenant) if method == "GET" else (SERVICE, f"{at.tenant}:{at.whole}")
        request = Request(service, method, url, _JSON, body, repeatable, tenant=lane)
        return _read(await self._sent(request), repeatable)

    async def _sent(self, request: Request) -> Response:
        response = await self._bearer.send(request)
        for pause in _PAUSES:
            if response.status != _AGAIN:
                break
            await self._sleep(pause)
            response = await self._bearer.send(request)
        return response


def _quoted(id: str) -> str:
    return quote(id, safe="")


def _read(response: Response, repeatable: bool) -> Any:
    if response.status == _AGAIN:
        raise Unavailable("Teams can't do it right now.")
    if response.status >= 400:
        raise ConnectorError(response.status, _code(response), response.body[:_SAID].decode(errors="replace"))
    try:
        return json.loads(response.body or b"{}")
    except ValueError:
        raise _unreadable(repeatable) from None


def _unreadable(repeatable: bool) -> Exception:
    if repeatable:
        return Unavailable("Teams' answer can't be read.")
    return Unknown("Teams did not say whether it was sent.")


def _code(response: Response) -> str:
    """Microsoft's own word for what is wrong, and nothing else of what came."""
    try:
        answer = json.loads(response.body)
        word = str(answer["error"]["code"] if "error" in answer else _SUBCODE.findall(answer["message"])[0])
    except (ValueError, TypeError, KeyError, IndexError):
        word = ""
    return word if _CODE.fullmatch(word) else f"status {response.status}"
