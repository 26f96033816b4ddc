"""Every write, from before it happens: so that a further attempt knows of it, and it can be taken back."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage.database import Database
from storage.insertion import insert_new
from storage.tables import effect

_LONGEST = 500  # characters of what is looked up by: PostgreSQL's indexes take 2,700 bytes


@dataclass(frozen=True)
class Effect:
    """What a call does. `undo` is the command that takes it back, empty where there is none (yet)."""

    id: str
    call: str  # its id
    actor: str  # their key
    conversation: str  # "platform:tenant:conversation"
    command: str
    arguments: str  # as JSON
    account: str
    undo: str
    undo_arguments: str  # as JSON
    state: str  # "begun", "done", "unknown", "failed", "undone"
    undoes: str  # the id of the effect that this one takes back; empty where it takes none back
    at: float  # seconds since the epoch
    reply: str = ""  # what was answered once it was done


_NAMES = tuple(field.name for field in fields(Effect))
_KEYS = ("id", "call", "actor", "conversation")
_EFFECT = select(*(effect.c[name] for name in _NAMES))
_BEGIN = insert_new(effect, _NAMES, ("call",))


class Effects:
    """Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: Effect) -> Effect | None:
        """Stores it as begun. None: it is new; else the one that is there for this call already, which stays as it is.

        Raises ValueError for an id, key or conversation of over 500 characters.
        """
        if any(len(getattr(new, name)) > _LONGEST for name in _KEYS):
            raise ValueError(f"ids, keys and conversations have at most {_LONGEST} characters")
        values = {**vars(new), "state": "begun"}

        def work(connection: Connection) -> Effect | None:
            if connection.execute(_BEGIN, values).rowcount:
                return None
            return Effect(*connection.execute(_EFFECT.where(effect.c.call == new.call)).one())

        return await self._database.run(work)

    async def finish(self, call: str, state: str, undo: str = "", undo_arguments: str = "", reply: str = "") -> None:
        """What came of it, how it is taken back, and what is answered. Once it is done, what it takes back is undone.

        What was undone stays so, whatever a late attempt says of it.
        """
        back = {"undo": undo, "undo_arguments": undo_arguments} if undo else {}
        back |= {"reply": reply} if reply else {}
        changed = update(effect).where(effect.c.call == call, effect.c.state != "undone")

        def work(connection: Connection) -> None:
            undoes = connection.execute(changed.values(state=state, **back).returning(effect.c.undoes)).scalar_one_or_none()
            if undoes and state == "done":
                connection.execute(update(effect).where(effect.c.id == undoes).values(state="undone"))

        await self._database.run(work)

    async def find(self, id: str) -> Effect | None:
        return await self._first(effect.c.id == id)

    async def of_call(self, call: str) -> Effect | None:
        return await self._first(effect.c.call == call)

    async def last(self, actor: str, conversation: str) -> Effect | None:
        """The newest write of theirs here that is done and can be taken back, and is not itself a taking back."""
        theirs = (effect.c.actor == actor, effect.c.conversation == conversation)
        return await self._first(*theirs, effect.c.state == "done", effect.c.undo != "", effect.c.undoes == "")

    async def forget(self, actor: str) -> None:
        """Deletes all of theirs that has come to its end: nothing of it can be taken back any more."""
        ended = delete(effect).where(effect.c.actor == actor, effect.c.state.not_in(("begun", "unknown")))
        await self._database.run(lambda connection: connection.execute(ended))

    async def prune(self, before: float) -> int:
        """Deletes what was begun before then; says how much."""

        def work(connection: Connection) -> int:
            return connection.execute(delete(effect).where(effect.c.at < before)).rowcount

        return await self._database.run(work)

    async def _first(self, *condition: Any) -> Effect | None:
        newest = _EFFECT.where(*condition).order_by(effect.c.seq.desc()).limit(1)

        def work(connection: Connection) -> Effect | None:
            row = connection.execute(newest).one_or_none()
            return Effect(*row) if row else None

        return await self._database.read(work)
