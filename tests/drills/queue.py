"""What of the inbox is not done, as its database says."""

import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import make_url

_UNFINISHED = "SELECT count(*) FROM delivery WHERE state IN ('ready', 'running') AND kind <> 'job'"  # jobs are never done


def unfinished(database: str) -> int:
    url = make_url(database)
    if url.drivername == "sqlite":
        with closing(sqlite3.connect(str(url.database), timeout=10)) as file:
            return int(file.execute(_UNFINISHED).fetchone()[0])
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        row = connection.execute(_UNFINISHED).fetchone()
        assert row
        return int(row[0])
