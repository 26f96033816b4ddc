"""Insertions that leave alone what is there already; both engines understand them as text."""

from collections.abc import Sequence

from sqlalchemy import Table, TextClause, bindparam, text


def insert_new(table: Table, names: Sequence[str], unique: Sequence[str]) -> TextClause:
    """Inserts a row of these columns, unless there is one with the same values in `unique`."""
    into, values, key = _quoted(names), ", ".join(f":{name}" for name in names), _quoted(unique)
    statement = f"INSERT INTO {table.name} ({into}) VALUES ({values}) ON CONFLICT ({key}) DO NOTHING"  # noqa: S608
    return text(statement).bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
