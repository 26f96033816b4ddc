"""A backup that is taken while the bot works is put back as docs/operations.md says, and opens with its key alone."""

import asyncio
import os
import shutil
import sys
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.audit import inspect
from bot.keys import status
from bot.plan import Plan
from storage.audit import Audit, Entry
from storage.database import Database
from storage.keyring import KeyringError
from storage.vault import Connection, Vault
from tests.bot.conftest import clock, make_plan
from tests.deploy.files import ROOT
from tests.storage.conftest import postgres, url
from tests.storage.vaults import TOKENS, kept, open_vault, tokens_of

__all__ = ["clock", "make_plan", "postgres", "url"]  # fixtures
SCRIPT = ROOT / "deploy/backup.py"


@dataclass
class Life:
    """A bot's database that is in use; its keys are in a folder elsewhere."""

    url: str
    keys: Path
    vault: Vault
    audit: Audit
    connection: Connection
    noted: int = field(default=0)

    async def note(self) -> None:
        self.noted += 1
        await self.audit.append(
            Entry(f"d{self.noted}", "call", 1000.0, "slack:T1:U1", "Ada", "slash", "C1", "ping", "{}", "", "", "done", "pong")
        )

    async def keep_noting(self) -> None:
        while True:
            await self.note()


@pytest.fixture
async def life(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    keys = tmp_path_factory.mktemp("elsewhere")
    database = Database(url)
    await database.open()
    vault = await open_vault(database, time.time, keys)
    lived = Life(url, keys, vault, Audit(database), await kept(vault))
    await lived.note()
    yield lived
    await database.close()


async def ran(*command: str | Path) -> tuple[int, str]:
    """The exit code, and what was said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    process = await asyncio.create_subprocess_exec(*map(str, command), env=environment, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def backed_up(url: str, target: Path) -> str:
    """Gives what was said."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        code, said = await ran(sys.executable, SCRIPT, str(address.database), target)
    else:
        code, said = await ran(tools(url) / "pg_dump", "--format=custom", f"--file={target}", url)
    assert code == 0, said
    return said


async def restored(url: str, backup: Path) -> str:
    """Puts it into a database of its own, and gives that one's address."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        shutil.copy(backup, copy := backup.parent / "restored.sqlite")
        return f"sqlite:///{copy}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
        server.execute("CREATE DATABASE restored TEMPLATE template0")
    other = address.set(database="restored").render_as_string(hide_password=False)
    assert await ran(tools(url) / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={other}", backup) == (0, "")
    return other


def tools(url: str) -> Path:
    """Where the server's own programs are."""
    with psycopg.connect(url) as server:
        row = server.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    assert row
    return Path(row[0])


async def test_what_is_restored_is_whole_and_opens_with_its_key(
    life: Life, make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    working = asyncio.create_task(life.keep_noting())
    before = life.noted
    await backed_up(life.url, tmp_path / "backup")
    after = life.noted
    working.cancel()
    copy = await restored(life.url, tmp_path / "backup")

    inspected = await inspect(copy)
    assert inspected.sound
    assert before <= inspected.number <= after + 1
    assert await opened(copy, life.keys, life.connection) == TOKENS
    plan = make_plan(database_url=copy, keyring=str(life.keys / "keys" / "keyring.json"))
    told = await status(plan)
    assert [(key.active, key.here) for key in told.masters] == [(True, True)]
    assert told.current.values == 1


async def test_a_backup_alone_opens_nothing(life: Life, tmp_path: Path) -> None:
    await backed_up(life.url, tmp_path / "backup")
    copy = await restored(life.url, tmp_path / "backup")

    assert b"CANARY" not in (tmp_path / "backup").read_bytes()
    with pytest.raises(KeyringError, match=r"was sealed with the master key \w+"):
        await opened(copy, tmp_path / "of somebody else", life.connection)


async def opened(url: str, keys: Path, connection: Connection) -> object:
    """What a bot that starts on this database, with these keys, finds in a connection."""
    database = Database(url)
    try:
        await database.open()
        return await tokens_of(await open_vault(database, time.time, keys, "restored"), connection)
    finally:
        await database.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_only_its_owner_can_read_a_backup(life: Life, tmp_path: Path) -> None:
    await backed_up(life.url, tmp_path / "backup")

    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "backup.part").exists()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_was_written_is_told(life: Life, tmp_path: Path) -> None:
    said = await backed_up(life.url, target := tmp_path / "backup")

    assert said == f"Wrote {target}: {target.stat().st_size:,} bytes, checked.\n"


async def test_a_backup_takes_the_place_of_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "bot.db").touch()
    (tmp_path / "backup").write_text("of yesterday")
    code, said = await ran(sys.executable, SCRIPT, tmp_path / "bot.db", tmp_path / "backup")

    assert (code, len(said.splitlines())) == (1, 1)
    assert "give the copy a name of its own" in said
    assert (tmp_path / "backup").read_text() == "of yesterday"


@pytest.mark.parametrize("content", [None, "this is no database" * 100])
async def test_what_is_no_database_is_not_backed_up(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "bot.db").write_text(content)
    code, said = await ran(sys.executable, SCRIPT, tmp_path / "bot.db", tmp_path / "backup")

    assert (code, len(said.splitlines())) == (1, 1)
    assert said.startswith(f"No backup of {tmp_path / 'bot.db'} was made: ")
    assert content or f"There is no {tmp_path / 'bot.db'}" in said
    assert list(tmp_path.glob("backup*")) == []
