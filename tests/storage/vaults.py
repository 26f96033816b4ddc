"""Vaults for the tests: one for each process of the story, with the keys that a real start makes."""

import secrets
from collections.abc import Callable
from pathlib import Path

from storage.database import Database
from storage.sealing import Sealer
from storage.vault import Connection, Owner, Tokens, Vault
from tests.storage.keys import open_keys, source_in

ADA = Owner("slack", "T1", "U-ada")
GRACE = Owner("slack", "T1", "U-grace")
TEAM = Owner("slack", "T1", "")
TOKENS = Tokens("CANARY-access", "CANARY-refresh")


async def open_vault(database: Database, now: Callable[[], float], folder: Path, process: str = "one") -> Vault:
    keys = await open_keys(database, source_in(folder), now, process)
    return Vault(database, Sealer(keys), now, lambda: secrets.token_urlsafe(32))


async def kept(
    vault: Vault,
    owner: Owner = ADA,
    service: str = "notion",
    tokens: Tokens = TOKENS,
    account: str = "ada@example.test",
    expires: float = 0.0,
    due: float = 0.0,
    channels: tuple[str, ...] = (),
) -> Connection:
    connection, _ = await vault.keep(owner, service, "oauth", tokens, account, ["read", "write"], expires, due, channels)
    return connection


async def tokens_of(vault: Vault, connection: Connection) -> Tokens | None:
    grant = await vault.grant(connection.id)
    return grant.tokens if grant else None
