"""What is remembered, opened in its order."""

import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url

from bot.plan import Plan
from bot.tokens import token
from storage.admins import Admins
from storage.audit import Audit
from storage.budgets import Budgets
from storage.data_keys import DataKeys, open_data_keys
from storage.database import Database
from storage.effects import Effects
from storage.inbox import Inbox
from storage.installations import Installations
from storage.key_source import KeySource, mounts
from storage.offers import Offers
from storage.pictures import Pictures
from storage.preferences import Preferences
from storage.proposals import Proposals
from storage.references import References
from storage.rules import Rules
from storage.sealing import Sealer
from storage.sessions import Sessions
from storage.shared_clock import SharedClock
from storage.states import States
from storage.stops import Stops
from storage.tickets import Tickets
from storage.vault import Vault
from storage.waiting import Waiting


class Stores(NamedTuple):
    """What is remembered, by kind. `process` is how this process is called there."""

    process: str
    inbox: Inbox
    offers: Offers
    references: References
    data_keys: DataKeys
    vault: Vault
    installations: Installations
    tickets: Tickets
    states: States
    sessions: Sessions
    waiting: Waiting
    admins: Admins
    audit: Audit
    effects: Effects
    proposals: Proposals
    rules: Rules
    preferences: Preferences
    budgets: Budgets
    stops: Stops
    pictures: Pictures
    database: Database


async def open_stores(stack: AsyncExitStack, plan: Plan) -> Stores:
    """Closed when the stack is left. Raises StorageError, KeyringError."""
    now = SharedClock(plan.clock.time)
    process = f"{socket.gethostname()}:{token()}"
    database = Database(plan.settings.database)
    stack.push_async_callback(database.close)
    await database.open()
    await database.set_clock(now)
    data_keys = await open_data_keys(database, key_source(plan), now, process)
    stack.push_async_callback(data_keys.close)
    inbox = Inbox(database, now, process, plan.settings.lease_seconds)
    stack.push_async_callback(inbox.close)
    await inbox.open()
    sealer = Sealer(data_keys)
    return Stores(
        process,
        inbox,
        Offers(database),
        References(database),
        data_keys,
        Vault(database, sealer, now, token),
        Installations(database, sealer, now),
        Tickets(database, now, token),
        States(database, sealer, now, token),
        Sessions(database, now, token),
        Waiting(database, now),
        Admins(database, now),
        Audit(database),
        Effects(database),
        Proposals(database, now),
        Rules(database, now),
        Preferences(database),
        Budgets(database),
        Stops(database),
        Pictures(database),
        database,
    )


async def migrate(address: str) -> str:
    """Brings a database's schema up to date; says so. Raises StorageError."""
    database = Database(address)
    try:
        before, after, _ = await database.migrate()
    finally:
        await database.close()
    return f"The schema is at version {after}; it was at {before}." if before < after else f"The schema is at version {after}."


def key_source(plan: Plan) -> KeySource:
    """Where the master keys are, as the settings say. A SQLite file's folder is what people copy: no key belongs there."""
    settings = plan.settings
    url = make_url(settings.database)
    data = Path(url.database).absolute().parent if url.get_backend_name() == "sqlite" and url.database else None
    given = mounts(os.environ)
    return KeySource(settings.key_file.absolute(), data, given, settings.kek.get_secret_value(), settings.kek_uri)
