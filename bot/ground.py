"""Tries what the bot stands on: its database, the keys that go with it, and the ports it listens on."""

import asyncio
from functools import partial

from aiohttp import ClientError, ClientSession, ClientTimeout
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import ArgumentError

from bot.finding import Finding
from bot.plan import Plan
from bot.port import why_not
from bot.sandboxes import running
from bot.server import listening_socket
from bot.settings import Settings
from bot.stores import key_source
from storage import keyholders
from storage.database import Database
from storage.engine import make_directory
from storage.errors import StorageError
from storage.key_source import open_keyring
from storage.keyring import Keyring, KeyringError, NoKeyringError
from storage.migrations import migrate

_LOOPBACK = "127.0.0.1"


class _PutBack(Exception):
    """Ends a transaction that was a trial only."""


async def check_database(address: str) -> Finding:
    """Writes, for a disk may be full and a file read-only, and brings the schema up to date; then takes all of it back."""
    try:
        await _try_out(address)
    except StorageError as error:
        return Finding("Database", "wrong", f"{error}{_named(address, ' It is {}.')}")
    return Finding("Database", "ok", _named(address, "{} can be written"))


def _named(address: str, said: str) -> str:
    """Without the password; empty where the address can't be read."""
    try:
        return said.format(make_url(address).render_as_string(hide_password=True))
    except (ArgumentError, ValueError):
        return ""


async def _try_out(address: str) -> None:
    def work(connection: Connection) -> None:
        migrate(connection)
        connection.exec_driver_sql("CREATE TABLE interact_check (id INTEGER)")
        raise _PutBack

    database = Database(address)
    try:
        await asyncio.to_thread(make_directory, database.engine)
        await database.run(work)
    except _PutBack:
        pass
    finally:
        await database.close()


async def check_keyring(plan: Plan) -> Finding:
    """Looks at the keys, and whether they are those of the database; changes nothing."""
    database = Database(plan.settings.database)
    try:
        keyring = await asyncio.to_thread(_keyring, plan)
        await database.read(partial(_compare, keyring))
    except (KeyringError, StorageError) as error:
        return Finding("Keyring", "wrong", str(error))
    finally:
        await database.close()
    if keyring is None:
        return Finding("Keyring", "ok", f"none is needed yet: the first start makes {plan.settings.key_file}")
    keys = "one key" if len(keyring.keys) == 1 else f"{len(keyring.keys)} keys"
    exposed = ", where other programs may read it: a keyring file is safer" if plan.settings.kek else ""
    return Finding("Keyring", "ok", f"{keys} in {keyring.origin}{exposed}; {keyring.active.id} seals")


def _keyring(plan: Plan) -> Keyring | None:
    try:
        return open_keyring(key_source(plan))
    except NoKeyringError:
        return None


def _compare(keyring: Keyring | None, connection: Connection) -> None:
    """Before the first start of all there is nothing that any key could have sealed. Raises KeyringError."""
    if not inspect(connection).has_table("master_key"):
        return
    if keyring:
        keyholders.check(connection, keyring)
    elif needed := keyholders.in_use(connection):
        raise KeyringError(f"There is none. {keyholders.sealed_with(*needed)}. {keyholders.RESTORE}")


async def check_ports(plan: Plan, session: ClientSession) -> list[Finding]:
    """Each port is free, or it is taken by this very bot."""
    own = await _own_port(plan.settings, session)
    return [own, await _sandbox_port(plan, session)] if plan.hosted else [own]


async def _own_port(settings: Settings, session: ClientSession) -> Finding:
    wrong = _why_not(settings.host, settings.port)
    return _port("Port", settings.port, wrong, bool(wrong) and await _is_ours(settings, session))


async def _sandbox_port(plan: Plan, session: ClientSession) -> Finding:
    port = plan.settings.sandbox_port
    wrong = _why_not(_LOOPBACK, port).replace("PORT", "SANDBOX_PORT")
    return _port("Sandbox port", port, wrong, bool(wrong) and bool(await running(plan.hosted[0], port, session)))


def _port(name: str, port: int, wrong: str, ours: bool) -> Finding:
    if ours:
        return Finding(name, "ok", f"{port}, where this bot is running already")
    return Finding(name, "wrong", wrong) if wrong else Finding(name, "ok", f"{port} is free")


def _why_not(host: str, port: int) -> str:
    """Why nothing can listen there; empty where it can."""
    try:
        listening, _ = listening_socket(host, port)
    except OSError as error:
        return why_not(error, host, port) or str(error)
    listening.close()
    return ""


async def _is_ours(settings: Settings, session: ClientSession) -> bool:
    """Whether a bot like this one listens there: it says so in what it counts."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        async with session.get(f"http://{host}:{settings.port}/metrics", timeout=ClientTimeout(2)) as answer:
            return "interact_deliveries" in await answer.text()
    except (ClientError, TimeoutError, UnicodeError):
        return False
