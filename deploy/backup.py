"""Copies the SQLite database of a running bot: python backup.py FROM TO. The keys are not in it; keep them elsewhere.

The copy is of one moment, whole, and on the disk when this ends. It holds people's words: only its owner can read it.
"""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def backup(source: Path, target: Path) -> None:
    """Raises sqlite3.Error where it can't be read or is damaged, OSError where there is none or the copy can't be written.

    Until it is whole the copy has another name. One that is there already stays: FileExistsError.
    """
    os.umask(0o077)
    if "://" in str(source) or ":/" in str(source):
        raise FileNotFoundError("This copies SQLite's files. PostgreSQL brings pg_dump: see docs/operations.md.")
    if not source.exists():
        raise FileNotFoundError(f"There is no {source}. “interact check” names the database.")
    if target.exists():
        raise FileExistsError(f"There is a {target} already: give the copy a name of its own.")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        _copy(source, part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    _flush(target.parent)


def _copy(source: Path, part: Path) -> None:
    with closing(sqlite3.connect(f"file:{source.absolute()}?mode=rw", uri=True, timeout=30)) as database:
        database.execute("VACUUM INTO ?", [str(part)])  # https://www.sqlite.org/lang_vacuum.html#vacuuminto
    _check(part)
    _flush(part)


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"The copy is damaged, and so may be the database: {found}")


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Say what to copy, and where to: python backup.py FROM TO")
    try:
        backup(Path(sys.argv[1]), Path(sys.argv[2]))
    except (OSError, sqlite3.Error) as error:
        sys.exit(f"No backup of {sys.argv[1]} was made: {error}")
    print(f"Wrote {sys.argv[2]}: {Path(sys.argv[2]).stat().st_size:,} bytes, checked.")  # noqa: T201 - for whoever backs up
