"""Tries what the bot stands on: its database, and the ports it listens on."""

import asyncio

from aiohttp import ClientError, ClientSession, ClientTimeout
from sqlalchemy import Connection, make_url

from bot.finding import Finding
from bot.plan import Plan
from bot.port import why_not
from bot.sandboxes import running
from bot.server import listening_socket
from bot.settings import Settings
from storage.database import Database
from storage.engine import make_directory
from storage.errors import StorageError
from storage.migrations import migrate

_LOOPBACK = "127.0.0.1"


class _PutBack(Exception):
    """Ends a transaction that was a trial only."""


async def check_database(address: str) -> Finding:
    """Writes, for a disk may be full and a file read-only, and brings the schema up to date; then takes all of it back."""
    try:
        await _try_out(address)
    except StorageError as error:
        return Finding("Database", "wrong", str(error))
    return Finding("Database", "ok", f"{make_url(address).render_as_string(hide_password=True)} can be written")


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
