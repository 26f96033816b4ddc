"""Every change of a connection: one statement each, which holds the condition under which it may happen.

So of those who try at once one succeeds, on every machine, and what is stopped or replaced is never changed back.
Each gives back the COLUMNS of what it changed, but for STOP_ALL.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, and_, bindparam, delete, literal, literal_column, select, text, update

from storage.connection import COLUMNS, Connection, Owner, write_channels, write_scopes
from storage.tables import connection

Change = Executable
Condition = ColumnElement[bool]

# Spelled out, not bound: a plan that is made once for any value can't use the index that is for this one.
USABLE = connection.c.state != literal("stopped", literal_execute=True)
UNTOLD = and_(connection.c.state == literal("broken", literal_execute=True), connection.c.told == literal_column("0"))
REFRESHING = connection.c.refreshing > literal_column("0")
_UNLEASED = {"owner": "", "lease": 0.0, "refreshing": 0.0}
_SOUND = {"state": "connected", "error": "", "told": 0}
_NOWHERE = write_channels(())
_NEW = ("id", "platform", "tenant", "person", "service", "state")
_KEPT = ("kind", "account", "scopes", "channels", "sealed", "expires", "connected", "due", "succeeded")
# SQLite and PostgreSQL understand the same here; SQLAlchemy's own would be written for the one or the other.
_ADD = (
    text(
        f"INSERT INTO connection ({', '.join(_NEW + _KEPT)}) VALUES ({', '.join(f':{name}' for name in _NEW + _KEPT)}) "  # noqa: S608
        "ON CONFLICT (platform, tenant, person, service) WHERE state <> 'stopped' DO NOTHING "
        f"RETURNING {', '.join(column.name for column in COLUMNS)}"
    )
    .bindparams(*(bindparam(name, type_=connection.c[name].type) for name in _NEW + _KEPT))
    .columns(*COLUMNS)
)


def add(id: str, owner: Owner, service: str, sealed: bytes, values: Mapping[str, Any]) -> Change:
    """Where its owner has none."""
    whose = {"platform": owner.platform, "tenant": owner.tenant, "person": owner.person, "service": service}
    return _ADD.bindparams(id=id, state="connected", sealed=sealed, **whose, **{"channels": _NOWHERE, **values})


def replace(former: Connection, sealed: bytes, values: Mapping[str, Any]) -> Change:
    """Where the former is still what it was."""
    anew = {"sealed": sealed, "version": former.version + 1, "retry": 0.0, "failed": 0.0}
    return _changed(_is(former), {**values, **anew, **_SOUND, **_UNLEASED})


def lease(of: Connection, holder: str, now: float, seconds: float) -> Change:
    """Where nobody else holds it. That a refresh is on its way is written with it."""
    condition = (*_is(of), connection.c.lease <= now)
    return _changed(condition, {"owner": holder, "lease": now + seconds, "refreshing": now})


def renew(of: Connection, sealed: bytes, scopes: Sequence[str] | None, expires: float, now: float) -> Change:
    """Whoever holds the lease by now: a good token that comes late is better than none."""
    values = {"sealed": sealed, "expires": expires, "version": of.version + 1, "succeeded": now, "retry": 0.0}
    granted = {} if scopes is None else {"scopes": write_scopes(scopes)}
    return _changed(_is(of), {**values, **granted, **_SOUND, **_UNLEASED})


def release(of: Connection, holder: str, retry: float) -> Change:
    return _changed((*_is(of), connection.c.owner == holder), {**_UNLEASED, "retry": retry})


def break_(of: Connection, error: str, now: float) -> Change:
    """A lease stays with its holder, who may still bring a good token."""
    values = {"state": "broken", "error": error, "failed": now, "told": 0}
    return _changed((*_is(of), connection.c.state == "connected"), values)


def heal(of: Connection, now: float) -> Change:
    return _changed((*_is(of), connection.c.state == "broken"), {**_SOUND, "succeeded": now})


def note(of: Connection, error: str, now: float) -> Change:
    return _changed(_is(of), {"error": error, ("failed" if error else "succeeded"): now})


def tell(of: Connection) -> Change:
    return _changed((*_is(of), connection.c.state == "broken", connection.c.told == 0), {"told": 1})


def team(of: Connection) -> Select[Any]:
    """The same as it is now, if it is a team's."""
    return select(*COLUMNS).where(*_is_teams(of))


def admit(of: Connection, former: str, channels: Collection[str]) -> Change:
    """Where nobody else has changed its channels meanwhile: `former` is how they were written."""
    return _changed((*_is_teams(of), connection.c.channels == former), {"channels": write_channels(channels)})


STOP_ALL = update(connection).where(USABLE).values(state="stopped")  # gives back only how many there were


def stop(*whose: Condition) -> Change:
    """They stay sealed, to be revoked."""
    return _changed((*whose, USABLE), {"state": "stopped"})


def remove(of: Connection) -> Change:
    """Where it was stopped."""
    return delete(connection).where(connection.c.id == of.id, ~USABLE).returning(*COLUMNS)


def take_due(now: float, limit: int, again: float) -> Change:
    """The longest due. Where others take some as well, or change them, each passes over the rows that another has locked."""
    is_due = (USABLE, connection.c.due <= now)
    first = select(connection.c.id).where(*is_due).order_by(connection.c.due).limit(limit)
    chosen = first.with_for_update(skip_locked=True).cte("chosen")  # not in SQLite, whose writers are alone anyway
    return _changed((connection.c.id.in_(select(chosen.c.id)), *is_due), {"due": again})


def owned(owner: Owner) -> tuple[Condition, ...]:
    return (*of_tenant(owner.platform, owner.tenant), connection.c.person == owner.person)


def of_tenant(platform: str, tenant: str) -> tuple[Condition, ...]:
    return (connection.c.platform == platform, connection.c.tenant == tenant)


def to(service: str) -> Condition:
    return connection.c.service == service


def connected_by(when: float) -> Condition:
    return connection.c.connected <= when


def _is(of: Connection) -> tuple[Condition, ...]:
    """It has not been stopped, nor got another token."""
    return (connection.c.id == of.id, connection.c.version == of.version, USABLE)


def _is_teams(of: Connection) -> tuple[Condition, ...]:
    return (connection.c.id == of.id, connection.c.person == "", USABLE)


def _changed(condition: Sequence[Condition], values: Mapping[str, Any]) -> Change:
    return update(connection).where(*condition).values(**values).returning(*COLUMNS)
