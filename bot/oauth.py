"""How an account is connected, apart from HTTP: the link, the way to the provider, and the way back.

https://www.rfc-editor.org/rfc/rfc9700
"""

import hmac
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.base import Adapter, Secret
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot.accounts import Accounts
from bot.actors import owner_of, restored, stored
from commands.call import Actor
from commands.reply import Reply
from storage.hashing import hashed
from storage.states import States
from storage.tickets import Ticket, Tickets
from storage.vault import Connection

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_LONGEST_CODE = 4096  # characters
_LONGEST_REASON = 300
_KEY = re.compile(r"[!-~]{1,1000}", re.ASCII)  # what can be sent in a header


@dataclass(frozen=True)
class OAuthService:
    """A service that people can connect. `client` is None where they do it with a key."""

    adapter: Adapter
    client: "OAuthClient | None"


class NotConnected(Exception):
    """It ends here, with a page of this HTTP status and title. `reason` is what the provider said: escape it, never log it."""

    def __init__(self, status: int, title: str, text: str, reason: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text
        self.reason = reason


class Connecting:
    """`platforms` are those that people can sign in with; `token` gives 256 bits of randomness; `public_url` ends with a slash.

    A session is given by its id. Every call may raise StorageError.
    """

    def __init__(
        self,
        services: Mapping[str, OAuthService],
        accounts: Accounts,
        tickets: Tickets,
        states: States,
        platforms: Collection[str],
        is_admin: Callable[[Actor], Awaitable[bool]],
        tell: Callable[[Actor, Reply, str], Awaitable[None]],
        public_url: str,
        token: Callable[[], str],
    ) -> None:
        self._services = services
        self._accounts = accounts
        self._tickets = tickets
        self._states = states
        self._platforms = platforms
        self._is_admin = is_admin
        self._tell = tell
        self._public_url = public_url
        self._token = token

    def service(self, name: str) -> OAuthService | None:
        return self._services.get(name)

    async def link(self, actor: Actor, service: str, team: bool = False) -> str:
        """The address where this person, and nobody else, connects it within ten minutes. Raises Refused."""
        if actor.platform not in self._platforms:
            raise Refused("Accounts are connected from Slack or Teams, once people can sign in with it.")
        await self._admit(actor, service, team)
        return f"{self._public_url}connect/{await self._tickets.issue(stored(actor), service, team)}"

    async def look(self, ticket: str) -> Ticket | None:
        """Whose link it is. Changes nothing."""
        return await self._tickets.look(ticket)

    async def burn(self, ticket: str) -> Ticket | None:
        """Uses the link up; of those who try at once, one gets it."""
        return await self._tickets.burn(ticket)

    async def intruded(self, ticket: str, opener: Actor) -> None:
        """Somebody else opened the link: it is worth nothing from now on, and both are told."""
        burned = await self._tickets.burn(ticket)
        if burned is None:
            return
        title, key = self._title(burned.service), f"intruded:{hashed(ticket)}"
        await self._tell(restored(burned.actor), Reply(_OWNER_TOLD.format(title=title)), f"{key}:owner")
        await self._tell(opener, Reply(_OPENER_TOLD.format(title=title)), f"{key}:opener")

    async def begin(self, session: str, actor: Actor, service: str, team: bool = False) -> str:
        """The provider's page to send the browser to. Raises Refused."""
        await self._admit(actor, service, team)
        adapter, client = self._services[service].adapter, self._services[service].client
        if client is None:
            raise Refused(f"{adapter.title} is connected with a key.")
        verifier = self._token()
        content = {"verifier": verifier, "actor": stored(actor), "team": team}
        state = await self._states.issue(hashed(session), _purpose(service), content)
        bound = f"{state}.{_mark(session, service, state)}"
        return client.authorization_url(self._redirect_uri(service), adapter.scopes, bound, verifier)

    async def finish(self, session: str, service: str, query: Mapping[str, str]) -> Connection:
        """What came back from the provider becomes a connection. A code is exchanged once, however often it comes.

        Raises NotConnected.
        """
        served = self._services.get(service)
        if served is None or served.client is None:
            raise NotConnected(404, "There is no such page", "This service is not connected here.")
        content = await self._consume(session, service, query.get("state", ""))
        _check_issuer(served.client, served.adapter.title, query)
        code = _code(served.adapter, query)
        actor, team = restored(content["actor"]), bool(content["team"])
        try:
            await self._admit(actor, service, team)
            issued = await served.client.exchange(code, self._redirect_uri(service), content["verifier"])
            return await self._accounts.connected(owner_of(actor, team), service, issued, actor)
        except (Refused, NeedsConnection) as error:
            raise NotConnected(502, f"{served.adapter.title} was not connected", str(error)) from None
        except (Unavailable, Unknown):
            raise NotConnected(503, f"{served.adapter.title} can't answer now", "Nothing was connected. Try again.") from None

    async def add_key(self, actor: Actor, service: str, team: bool, key: str) -> Connection:
        """Keeps a key that works. Raises Refused (it does not, and why), Unavailable."""
        await self._admit(actor, service, team)
        key = key.strip()
        if not _KEY.fullmatch(key):
            raise Refused("This is no key. Copy all of it, and nothing else.")
        return await self._accounts.add_key(owner_of(actor, team), service, Secret(key), actor)

    async def _admit(self, actor: Actor, service: str, team: bool) -> None:
        if service not in self._services or not self._public_url:
            raise Refused(f"Connecting {self._title(service)} is not set up.")
        if team and not await self._is_admin(actor):
            raise Refused("Only those who run the bot can connect an account for the whole team.")

    async def _consume(self, session: str, service: str, bound: str) -> Mapping[str, str]:
        """A state that was made for this very browser, but is not stored any more, has been dealt with. Others are refused."""
        state, _, mark = bound.partition(".")
        if not session or not _equal(mark, _mark(session, service, state)):
            raise NotConnected(400, "This did not begin in this browser", _FOREIGN)
        content = await self._states.consume(state, hashed(session), _purpose(service))
        if content is None:
            raise NotConnected(200, "This was dealt with already", _USED)
        return content

    def _redirect_uri(self, service: str) -> str:
        return f"{self._public_url}oauth/{service}/callback"

    def _title(self, service: str) -> str:
        return self._services[service].adapter.title if service in self._services else "this service"


def _purpose(service: str) -> str:
    return f"connect:{service}"


def _mark(session: str, service: str, state: str) -> str:
    """Says of a state that it was made for this session and service, without anything being remembered."""
    return hmac.new(_bytes(session), _bytes(f"{_purpose(service)}:{state}"), "sha256").hexdigest()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _check_issuer(client: "OAuthClient", title: str, query: Mapping[str, str]) -> None:
    """The answer comes from the server that was asked: https://www.rfc-editor.org/rfc/rfc9207."""
    auth, told = client.auth, query.get("iss")
    if not auth.issuer or (told is None and not auth.iss_required):
        return
    if told != auth.issuer:
        raise NotConnected(400, "This came from somewhere else", f"It was not {title} that answered. Nothing was connected.")


def _code(adapter: Adapter, query: Mapping[str, str]) -> str:
    code = query.get("code", "")
    if query.get("error") == "access_denied":
        raise NotConnected(200, "Nothing was connected", f"You did not allow it at {adapter.title}.", _reason(query))
    if "error" in query:
        raise NotConnected(200, "Nothing was connected", f"{adapter.title} did not allow it.", _reason(query))
    if not 0 < len(code) <= _LONGEST_CODE:
        raise NotConnected(400, "Nothing was connected", f"{adapter.title} sent nothing that can be used.")
    return code


def _reason(query: Mapping[str, str]) -> str:
    return (query.get("error_description") or query["error"])[:_LONGEST_REASON]


_FOREIGN = "Open the page where you pressed Connect, in the same browser, and press it once more."
_USED = "Either your account is connected, or it took longer than ten minutes. Your integrations show which."
_OWNER_TOLD = (
    "Somebody else opened your link to connect {title}. Nothing was connected. If you still want to, ask for a new link."
)
_OPENER_TOLD = "The link to connect {title} that you opened was made for somebody else. Nothing was connected."
