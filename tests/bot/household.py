"""All that looks after connected accounts, put together as the bot does it, around a made-up service."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update

from adapters.base import Access, Secret, Service
from adapters.errors import NeedsConnection
from adapters.http import Http, Rate, pooled_session
from adapters.oauth import Issued, OAuthClient, Registration
from bot.accounts import Accounts
from bot.breaking import Breaking, Tell
from bot.checking import Checking
from bot.clock import Clock
from bot.own import Own
from bot.refreshing import Refresher
from bot.revoking import Revoking
from bot.upkeep import Upkeep
from commands.call import Actor
from commands.reply import Reply
from storage.changes import owned
from storage.data_keys import open_data_keys
from storage.database import Database
from storage.key_source import KeySource
from storage.sealing import Sealer
from storage.tables import connection as table
from storage.vault import Connection, Owner, Tokens, Vault
from tests.adapters.servers import serving
from tests.bot.notes import ADAPTER, AUTH, SCOPES, NotesSandbox

ADA = Actor("slack", "T1", "U-ada", "Ada", "Europe/London")
BOSS = Actor("slack", "T1", "U-boss", "Boss")
OWNER = Owner("slack", "T1", "U-ada")
TEAM = Owner("slack", "T1", "")
LIFE = 3600.0  # seconds that an access token lives
DAY = 86400.0
REGISTERED = Registration("notes-client", Secret("notes-client-secret"), "NOTES")
_REDIRECT = "http://127.0.0.1:1/oauth/notes/callback"
Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Diary:
    """What people were told, once for each key; what was resumed, and whose keys were destroyed."""

    told: dict[str, tuple[Actor, Reply]] = field(default_factory=dict)
    resumed: list[tuple[str, str]] = field(default_factory=list)
    shredded: list[str] = field(default_factory=list)

    async def tell(self, actor: Actor, reply: Reply, key: str) -> None:
        self.told.setdefault(key, (actor, reply))

    async def resume(self, actor: Actor, service: str) -> None:
        self.resumed.append((actor.key, service))

    async def shred(self, platform: str, tenant: str) -> None:
        self.shredded.append(f"{platform}:{tenant}")

    def said(self, about: str = "") -> list[str]:
        return [reply.text for key, (_, reply) in self.told.items() if key.startswith(about)]


class Household:
    """One process of the bot. `url` is where the service is, `tell` how people are told."""

    def __init__(
        self,
        vault: Vault,
        http: Http,
        url: str,
        clock: Clock,
        tell: Tell | None = None,
        holder: str = "one",
        sleep: Sleep = asyncio.sleep,
        registration: Registration = REGISTERED,
    ) -> None:
        self.vault = vault
        self.http = http
        self.clock = clock
        self.diary = Diary()
        tell = tell or self.diary.tell
        self.client = OAuthClient("notes", "Notes", AUTH.at(url), registration, http)
        self.service = Service(ADAPTER, url, http, None)
        clients, services = {"notes": self.client}, {"notes": self.service}
        self.breaking = Breaking(vault, {"notes": "Notes"}, tell, _administrators)
        self.refresher = Refresher(vault, self.breaking, clock, holder, random.random, sleep)
        self.own = Own(vault, self.refresher, self.breaking, clients, clock)
        self.checking = Checking(vault, services, self.own, self.breaking, clock)
        self.revoking = Revoking(vault, clients)
        made = (self.checking, self.revoking, tell, self.diary.resume, self.diary.shred)
        self.accounts = Accounts(vault, services, *made, clock, DAY)
        kept = (self.checking, self.breaking, self.revoking)
        self.upkeep = Upkeep(vault, *kept, _nothing, (), clock, DAY, random.random, sleep)

    async def allow(self, sandbox: NotesSandbox, account: str = "ada@acme.test", scopes: Sequence[str] | None = None) -> Issued:
        """What a person does at the service, and what comes of it."""
        verifier = "v" * 43
        asked = self.client.authorization_url(_REDIRECT, SCOPES, "state", verifier)
        answer = sandbox.authorization.approve(asked, account, scopes)
        return await self.client.exchange(answer.partition("code=")[2].partition("&")[0], _REDIRECT, verifier)

    async def connect(self, sandbox: NotesSandbox, owner: Owner = OWNER, account: str = "ada@acme.test") -> Connection:
        """A connection made long ago, of which nobody needs to be told."""
        tokens = tokens_of(await self.allow(sandbox, account))
        expires = self.clock.time() + LIFE
        connection, _ = await self.vault.keep(owner, "notes", "oauth", tokens, account, SCOPES, expires, expires + DAY)
        return connection

    async def fresh(self, connection: Connection, force: bool = False) -> Tokens:
        grant = await self.vault.grant(connection.id)
        assert grant
        return await self.refresher.fresh(grant, self.client, force)

    async def is_taken(self, token: str) -> bool:
        """Whether the service takes it."""
        access = Access("call", Secret(token), ZoneInfo("UTC"), self.clock.now)
        try:
            await ADAPTER.check(self.service.open(access))
        except NeedsConnection:
            return False
        return True

    async def stored(self, connection: Connection) -> Connection:
        """As it is now."""
        found = await self.vault.find(connection.owner, connection.service)
        assert found
        return found


def tokens_of(issued: Issued) -> Tokens:
    return Tokens(issued.access.reveal(), issued.refresh.reveal() if issued.refresh else "")


@asynccontextmanager
async def open_vault(url: str, keys: Path, clock: Clock, process: str) -> AsyncIterator[tuple[Database, Vault]]:
    """The real one; the keyring file is made where there is none yet."""
    database = Database(url)
    await database.open()
    try:
        data_keys = await open_data_keys(database, KeySource(keys / "keyring.json"), clock.time, process)
        numbers = itertools.count()
        yield database, Vault(database, Sealer(data_keys), clock.time, lambda: f"{process}{next(numbers):08}")
    finally:
        await database.close()


@asynccontextmanager
async def open_http(rate: Rate | None = None) -> AsyncIterator[Http]:
    """The way out, as fast as it can, or as `rate` says."""
    async with pooled_session() as session:
        yield Http(session, rates={"notes": None, "notes_login": rate})


async def _administrators(owner: Owner) -> Sequence[Actor]:
    return [BOSS]


async def _nothing() -> None:
    return


@dataclass(frozen=True)
class World:
    """The service, and a bot that has one process at least."""

    sandbox: NotesSandbox
    url: str
    database: str
    keys: Path
    clock: Clock
    bot: Household

    async def spoil(self, owner: Owner) -> None:
        """What is kept of theirs can't be opened any more."""
        database = Database(self.database)
        await database.open()
        spoilt = update(table).where(*owned(owner)).values(sealed=b"\x01" + b"0" * 60)
        await database.run(lambda transaction: transaction.execute(spoilt))
        await database.close()

    @asynccontextmanager
    async def another_process(
        self, holder: str, registration: Registration = REGISTERED, rate: Rate | None = None
    ) -> AsyncIterator[Household]:
        async with open_vault(self.database, self.keys, self.clock, holder) as (_, vault), open_http(rate) as http:
            bot = Household(vault, http, self.url, self.clock, self.bot.diary.tell, holder, _blink, registration)
            yield bot
            await bot.refresher.close()


@asynccontextmanager
async def open_world(tmp_path: Path, clock: Clock, database: str = "") -> AsyncIterator[World]:
    sandbox, keys = NotesSandbox(clock.now), tmp_path / "keys"
    sandbox.authorization.habits.lifetime = int(LIFE)
    database = database or f"sqlite:///{tmp_path / 'bot.sqlite'}"
    async with (
        serving(sandbox.app) as address,
        open_vault(database, keys, clock, "one") as (_, vault),
        open_http() as http,
    ):
        url = f"{address}/"
        bot = Household(vault, http, url, clock, sleep=_blink)
        yield World(sandbox, url, database, keys, clock, bot)
        await bot.refresher.close()


async def _blink(seconds: float) -> None:
    """Waits a fiftieth of it: what is waited for here is on the same machine."""
    await asyncio.sleep(seconds / 50)
