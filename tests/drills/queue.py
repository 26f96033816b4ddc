"""What has become of what is in the inbox, as its database says."""

import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import make_url

_UNFINISHED = "SELECT count(*) FROM delivery WHERE state IN ('ready', 'running') AND kind <> 'job'"  # jobs are never done
_GIVEN_UP = "SELECT count(*) FROM delivery WHERE state = 'dead'"


def unfinished(database: str) -> int:
    return _count(database, _UNFINISHED)


def given_up(database: str) -> int:
    """The dead letters."""
    return _count(database, _GIVEN_UP)


def _count(database: str, statement: str) -> int:
    url = make_url(database)
    if url.drivername == "sqlite":
        with closing(sqlite3.connect(str(url.database), timeout=10)) as file:
            return int(file.execute(statement).fetchone()[0])
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row
        return int(row[0])
