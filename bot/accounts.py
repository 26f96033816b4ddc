"""What is done with accounts, whatever it came by: they are connected, tried, shared with a team, and taken away."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from adapters.base import Access, Client, Secret, Service
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from adapters.token_answer import Issued
from bot.breaking import Tell
from bot.checking import Checking
from bot.clock import Clock
from bot.masking import masked
from bot.revoking import Revoking
from commands.call import Actor
from commands.reply import Button, Reply
from storage.changes import Condition, connected_by, of_tenant, owned, to
from storage.vault import Connection, Owner, Tokens, Vault

_UTC = ZoneInfo("UTC")
_LAST = 4  # letters of a key that may be shown


class Accounts:
    """`services` are those that are switched on, by name; `every` is for how many seconds a connection is not looked at.

    `resume` has answered what waited for an account, `shred` makes all that was sealed for a tenant unreadable.
    """

    def __init__(
        self,
        vault: Vault,
        services: Mapping[str, Service],
        checking: Checking,
        revoking: Revoking,
        tell: Tell,
        resume: Callable[[Actor, str], Awaitable[None]],
        shred: Callable[[str, str], Awaitable[None]],
        clock: Clock,
        every: float,
    ) -> None:
        self._vault = vault
        self._services = services
        self._checking = checking
        self._revoking = revoking
        self._tell = tell
        self._resume = resume
        self._shred = shred
        self._clock = clock
        self._every = every

    async def connected(self, owner: Owner, service: str, issued: Issued, actor: Actor) -> Connection:
        """Keeps what the actor has just allowed, tells them, and has answered what waited for it.

        Raises SealError, StorageError.
        """
        served = self._services[service]
        try:
            account = await served.adapter.account(self._open(served, owner, issued.access))
        except (NeedsConnection, Refused, Unavailable, Unknown):
            account = ""  # too little may have been granted to know it
        tokens = Tokens(issued.access.reveal(), issued.refresh.reveal() if issued.refresh else "")
        expires = 0.0 if issued.lifetime is None else self._clock.time() + issued.lifetime
        scopes = served.adapter.scopes if issued.scopes is None else issued.scopes
        return await self._keep(owner, served, "oauth", tokens, account, scopes, expires, actor)

    async def add_key(self, owner: Owner, service: str, key: Secret, actor: Actor) -> Connection:
        """Keeps a key, once it has proved to work. Raises Refused, Unavailable, SealError, StorageError."""
        served = self._services[service]
        client = self._open(served, owner, key)
        try:
            await served.adapter.check(client)
            account = await served.adapter.account(client)
        except (NeedsConnection, Unknown):
            raise Refused(f"{served.adapter.title} does not accept this key.") from None
        shown = account or f"a key that ends in {key.reveal()[-_LAST:]}"
        return await self._keep(owner, served, "key", Tokens(key.reveal()), shown, served.adapter.scopes, 0.0, actor)

    async def disconnect(self, owner: Owner, service: str) -> str:
        """Unusable at once; revoked now, or as soon as the service can be reached. Gives the account, empty for none.

        Raises StorageError.
        """
        whose = (*owned(owner), to(service))
        stopped = await self._vault.stop(*whose)
        await self._revoking.stopped(*whose)
        return stopped[0].account if stopped else ""

    async def offboard(self, owner: Owner, when: float) -> None:
        """Somebody has left: the same, of all that they had connected by then. They may be back since.

        Raises Unavailable where something could not be revoked yet, to be called again, and StorageError.
        """
        await self._vault.stop(*owned(owner), connected_by(when))
        await self._end(owned(owner), "somebody who has left")

    async def offboard_tenant(self, platform: str, tenant: str, when: float) -> None:
        """A whole tenant has: once all is revoked, its key is destroyed as well, unless they are back.

        Raises Unavailable where something could not be revoked yet, to be called again, and StorageError.
        """
        whose = of_tenant(platform, tenant)
        await self._vault.stop(*whose, connected_by(when))
        await self._end(whose, "a tenant that has left")
        if not await self._vault.of_tenant(platform, tenant):
            await self._shred(platform, tenant)

    async def test(self, owner: Owner, service: str) -> None:
        """Tries it now; how it stands tells what came of it. Raises StorageError."""
        if connection := await self._vault.find(owner, service):
            await self._checking.check(connection)

    async def share(self, team: Owner, service: str, conversation: str, is_open: bool) -> None:
        """Lets a conversation use the team's account, or no longer. Raises Refused, StorageError."""
        connection = await self._vault.find(team, service)
        change = self._vault.open_to if is_open else self._vault.close_to
        if connection is None or await change(connection, conversation) is None:
            raise Refused(f"Your team has not connected {self._services[service].adapter.title}.")

    async def _end(self, whose: Sequence[Condition], who: str) -> None:
        if left := (await self._revoking.stopped(*whose, at_last=True)).left.total():
            raise Unavailable(f"{left} connections of {who} could not be revoked yet.", acted=True)

    async def _keep(
        self,
        owner: Owner,
        served: Service,
        kind: str,
        tokens: Tokens,
        account: str,
        scopes: tuple[str, ...],
        expires: float,
        actor: Actor,
    ) -> Connection:
        name = served.adapter.name
        former = await self._vault.find(owner, name)
        due = self._clock.time() + self._every
        connection, replaced = await self._vault.keep(owner, name, kind, tokens, account, scopes, expires, due)
        if replaced and former and former.kind == "oauth" and _differ(former.account, account):
            await self._revoking.tokens(name, replaced)
        await self._tell(actor, _welcome(connection, served), f"connected:{connection.id}:{connection.version}")
        await self._resume(actor, name)
        return connection

    def _open(self, served: Service, owner: Owner, token: Secret) -> Client:
        return served.open(Access("connect", token, _UTC, self._clock.now, owner.tenant))


def _differ(former: str, account: str) -> bool:
    """As far as is known. The tokens of the same account are not revoked: with one of them, some services end them all."""
    return former != "" != account and former != account


def _welcome(connection: Connection, served: Service) -> Reply:
    account = masked(connection.account) or "An account"
    whose = "" if connection.owner.person else ", for your team"
    limited = connection.missing(served.adapter.scopes)
    but = " Not all that was asked for was allowed, so some commands will not work." if limited else ""
    remove = (Button("Remove", "disconnect", {"service": connection.service}),) if connection.owner.person else ()
    return Reply(f"{account} is connected to {served.adapter.title}{whose}.{but}", buttons=remove)
