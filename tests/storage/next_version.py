"""Two releases to come: what they do to the schema, and what a process of the first does that brings it up to date."""

import sys

from sqlalchemy import Connection

from storage import migrations
from storage.database import Database
from storage.migrations import MIGRATIONS, Step

KNOWN = len(MIGRATIONS)


def expand(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE offer ADD COLUMN team TEXT NOT NULL DEFAULT ''")
    connection.exec_driver_sql("CREATE TABLE filled (id TEXT NOT NULL)")


def fill(connection: Connection) -> bool:
    """A few rows; keeps count of each, to see whether one is done twice."""
    rows = "SELECT id FROM offer WHERE team = '' ORDER BY id LIMIT 20"
    connection.exec_driver_sql(f"INSERT INTO filled (id) {rows}")
    return bool(connection.exec_driver_sql(f"UPDATE offer SET team = actor || '!' WHERE id IN ({rows})").rowcount)  # noqa: S608


def contract(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE reference DROP COLUMN team")


def next_version(releases: int) -> tuple[Step, ...]:
    first = (*MIGRATIONS, Step(expand), Step(fill))
    return first if releases == 1 else (*first, Step(contract, oldest=KNOWN + 2))


async def main(url: str) -> None:
    migrations.MIGRATIONS = next_version(1)
    database = Database(url)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await database.migrate()
    await database.close()
