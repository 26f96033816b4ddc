"""What a write goes through, on a real database, where nobody else can be asked to confirm anything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.directory import Directory
from bot.terminal.alone import NobodyElse, Sitter
from bot.write_parts import Books, WriteParts, build_writes
from commands.catalog import Catalog
from storage.database import Database
from storage.effects import Effects
from storage.proposals import Proposals
from storage.rules import Rules


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def writes_on(database: Database, catalog: Catalog, clock: Clock) -> WriteParts:
    books = Books(Effects(database), Proposals(database, clock.time), Rules(database, clock.time))
    alone = NobodyElse()
    return build_writes(books, Sitter(), alone, alone.announce, Directory({}, clock), catalog, "", clock)
