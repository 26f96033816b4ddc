"""Every write, from before it happens: so that a further attempt knows of it, and it can be taken back."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, case, or_, select, text, update

from storage.database import Database
from storage.pruning import prune
from storage.tables import effect

_LONGEST = 500  # characters of what is looked up by: PostgreSQL's indexes take 2,700 bytes
_KEYS = ("id", "call", "actor", "conversation")
_OPEN = ("begun", "unknown")  # it may have happened


@dataclass(frozen=True)
class Effect:
    """What a call does. `undo` is the command that takes it back, empty where there is none (yet).

    `undoes` is the id of the effect that it takes back, and `restores` says that what it thereby does is the first write again.
    `attempt` rises each time that it is begun.
    """

    id: str
    call: str  # its id
    actor: str  # their key
    conversation: str  # "platform:tenant:conversation"
    command: str
    arguments: str  # as JSON
    account: str
    at: float  # seconds since the epoch
    undo: str = ""
    undo_arguments: str = ""  # as JSON
    state: str = "begun"  # then "done", "unknown", "failed", and once it is taken back, "undone"
    undoes: str = ""
    restores: bool = False
    reply: str = ""  # what was answered once it was done
    attempt: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it may have happened, and nobody knows."""
        return self.state in _OPEN


_NAMES = tuple(field.name for field in fields(Effect))
_EFFECT = select(*(effect.c[name] for name in _NAMES))
# Whatever is in its way: the same call, or another that takes the same effect back.
_BEGIN = text(
    f"INSERT INTO effect ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) ON CONFLICT DO NOTHING"  # noqa: S608
).bindparams(*(bindparam(name, type_=effect.c[name].type) for name in _NAMES))


class Effects:
    """Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: Effect, seen: int = 0) -> Effect | None:
        """Stores it as begun; None: it was not, because somebody else has begun it, or takes the same effect back.

        `seen` is the attempt that was found of this call before, 0 for none: of several who found the same, one begins it.
        Raises ValueError for an id, key or conversation of over 500 characters.
        """
        if any(len(getattr(new, name)) > _LONGEST for name in _KEYS):
            raise ValueError(f"ids, keys and conversations have at most {_LONGEST} characters")

        def work(connection: Connection) -> Effect | None:
            if new.undoes and connection.execute(_taking_back(new)).first():
                return None
            done = connection.execute(_again(new, seen)) if seen else connection.execute(_BEGIN, _values(new))
            row = connection.execute(_EFFECT.where(effect.c.call == new.call)).one_or_none() if done.rowcount else None
            return _read(row) if row else None

        return await self._database.run(work)

    async def finish(self, call: str, state: str, undo: str = "", undo_arguments: str = "", reply: str = "") -> None:
        """What came of it, how it is taken back, and what is answered. Once it is done, what it takes back is undone.

        What was done or undone stays so, whatever a late attempt says of it.
        """
        told = {"undo": undo, "undo_arguments": undo_arguments} if undo else {}
        told |= {"reply": reply} if reply else {}
        ended = ("undone",) if state == "done" else ("done", "undone")
        changed = update(effect).where(effect.c.call == call, effect.c.state.not_in(ended))

        def work(connection: Connection) -> None:
            undoes = connection.execute(changed.values(state=state, **told).returning(effect.c.undoes)).scalar_one_or_none()
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
        writes = or_(effect.c.undoes == "", effect.c.restores == 1)
        return await self._first(*theirs, effect.c.state == "done", effect.c.undo != "", writes)

    async def forget(self, actor: str) -> None:
        """Of theirs, all that says what was done. That something was stays known: it must not be done twice."""
        nothing = {"arguments": "{}", "account": "", "undo": "", "undo_arguments": "", "reply": ""}
        await self._database.run(
            lambda connection: connection.execute(update(effect).where(effect.c.actor == actor).values(nothing))
        )

    async def prune(self, before: float) -> int:
        """Deletes what was begun before then; says how much."""
        return await prune(self._database, effect, effect.c.at < before)

    async def _first(self, *condition: Any) -> Effect | None:
        newest = _EFFECT.where(*condition).order_by(effect.c.seq.desc()).limit(1)

        def work(connection: Connection) -> Effect | None:
            row = connection.execute(newest).one_or_none()
            return _read(row) if row else None

        return await self._database.read(work)


def _taking_back(new: Effect) -> Select[tuple[str]]:
    """Who else takes the same effect back, or has."""
    others = (effect.c.undoes == new.undoes, effect.c.call != new.call, effect.c.state.in_((*_OPEN, "done")))
    return select(effect.c.id).where(*others)


def _again(new: Effect, seen: int) -> Update:
    """What failed begins anew; what may have happened stays so."""
    mine = (effect.c.call == new.call, effect.c.attempt == seen, effect.c.state.not_in(("done", "undone")))
    state = case((effect.c.state == "failed", "begun"), else_=effect.c.state)
    return update(effect).where(*mine).values(attempt=seen + 1, state=state, account=new.account)


def _values(new: Effect) -> dict[str, Any]:
    return {**vars(new), "restores": int(new.restores)}


def _read(row: Row[Any]) -> Effect:
    told = dict(zip(_NAMES, row, strict=True))
    return Effect(**{**told, "restores": bool(told["restores"])})
