"""Where secrets were found that may stand nowhere."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.acceptance.sides import Said

_KEYS = "keyring"  # what its name holds is allowed to know


def leaks(folder: Path, database: str, secrets: Collection[str], said: Iterable[Sequence[Said]]) -> int:
    """How many of them stand in what was posted, in a log, or in the database."""
    texts = [each.text.encode() for every in said for each in every]
    texts += [path.read_bytes() for path in folder.rglob("*") if path.is_file() and _KEYS not in path.name]
    texts += _rows(database)
    return sum(any(secret.encode() in text for text in texts) for secret in secrets)


def _rows(database: str) -> list[bytes]:
    """All of PostgreSQL's rows; SQLite's are in its file."""
    if database.startswith("sqlite"):
        return []
    with psycopg.connect(make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return [_dumped(connection, table) for (table,) in tables]


def _dumped(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)
