"""Every table, on one screen; rows never leave this folder, frozen dataclasses do.

They are made by the migrations, where the indexes are too: declared here, the partial ones would have SQLAlchemy load the
dialects of both engines.
"""

from typing import Any

from sqlalchemy import BigInteger, Double, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from storage.text import AnyText

_SERIAL = BigInteger().with_variant(Integer(), "sqlite")


def _default(value: Any) -> dict[str, str]:
    return {"server_default": str(value)}


class DeliveryRow(SQLModel, table=True):
    """What arrived, until it is dealt with and some time after. Times are seconds since the epoch, 0 where there is none."""

    __tablename__ = "delivery"

    seq: int = Field(primary_key=True, sa_type=_SERIAL)  # the order of arrival
    key: str = Field(sa_type=AnyText, unique=True)  # the same delivery always has the same
    kind: str = Field(sa_type=AnyText)
    conversation: str = Field(sa_type=AnyText)
    payload: str = Field(sa_type=AnyText)
    received: float = Field(sa_type=Double)
    due: float = Field(sa_type=Double)  # not before
    state: str = Field(sa_type=AnyText, sa_column_kwargs=_default("ready"))  # then running, then done or dead
    attempts: int = Field(sa_type=Integer, sa_column_kwargs=_default(0))
    lease: float = Field(sa_type=Double, sa_column_kwargs=_default(0))  # until when its owner may be thought alive
    owner: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))
    fence: int = Field(sa_type=Integer, sa_column_kwargs=_default(0))  # rises with each claim
    intent: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))  # what was decided to be sent
    finished: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    error: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))  # the last one


class OfferRow(SQLModel, table=True):
    """What a button stands for: the button itself carries the id only."""

    __tablename__ = "offer"

    id: str = Field(primary_key=True, sa_type=AnyText)
    call: str = Field(sa_type=AnyText)
    actor: str = Field(sa_type=AnyText)
    place: str = Field(sa_type=AnyText)
    created: float = Field(sa_type=Double)
    expires: float = Field(sa_type=Double)


class ReferenceRow(SQLModel, table=True):
    """Where somebody is reached who has spoken to the bot before: a conversation, or a person's chat with the bot alone."""

    __tablename__ = "reference"

    platform: str = Field(primary_key=True, sa_type=AnyText)
    tenant: str = Field(primary_key=True, sa_type=AnyText)
    whom: str = Field(primary_key=True, sa_type=AnyText)
    conversation: str = Field(sa_type=AnyText)
    service_url: str = Field(sa_type=AnyText)
    bot: str = Field(sa_type=AnyText)
    type: str = Field(sa_type=AnyText)
    team: str = Field(sa_type=AnyText)
    seen: float = Field(sa_type=Double)


class MasterKeyRow(SQLModel, table=True):
    """A master key that was ever in use. The key itself is elsewhere; `proof` tells whether what somebody holds is that key."""

    __tablename__ = "master_key"

    id: str = Field(primary_key=True, sa_type=AnyText)
    proof: str = Field(sa_type=AnyText)
    created: float = Field(sa_type=Double)


class KeyholderRow(SQLModel, table=True):
    """A running process, and which master keys it holds: a key may only be used to seal once all of them hold it."""

    __tablename__ = "keyholder"

    process: str = Field(primary_key=True, sa_type=AnyText)
    keys: str = Field(sa_type=AnyText)  # their ids, as JSON
    seen: float = Field(sa_type=Double)


class DataKeyRow(SQLModel, table=True):
    """The key that seals what belongs to one tenant, itself wrapped by a master key."""

    __tablename__ = "data_key"

    id: str = Field(primary_key=True, sa_type=AnyText)
    tenant: str = Field(sa_type=AnyText)  # "platform:tenant"
    wrapped: bytes = Field(sa_type=LargeBinary)
    master: str = Field(sa_type=AnyText)
    created: float = Field(sa_type=Double)
    retired: float = Field(sa_type=Double, sa_column_kwargs=_default(0))  # since when it only opens


class ConnectionRow(SQLModel, table=True):
    """An account that is connected, a person's or a team's; its tokens are in `sealed`."""

    __tablename__ = "connection"

    id: str = Field(primary_key=True, sa_type=AnyText)
    platform: str = Field(sa_type=AnyText)
    tenant: str = Field(sa_type=AnyText)
    person: str = Field(sa_type=AnyText)  # empty: it is the team's
    service: str = Field(sa_type=AnyText)
    kind: str = Field(sa_type=AnyText)  # "oauth" or "key"
    state: str = Field(sa_type=AnyText)  # "connected", "broken", or "stopped" until it is revoked
    account: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))
    scopes: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))  # what was granted, with spaces between
    channels: str = Field(sa_type=AnyText, sa_column_kwargs=_default("[]"))  # where a team's may be used, as JSON
    sealed: bytes = Field(sa_type=LargeBinary)
    expires: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    version: int = Field(sa_type=Integer, sa_column_kwargs=_default(1))  # rises with each new token
    owner: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))  # who refreshes it now
    lease: float = Field(sa_type=Double, sa_column_kwargs=_default(0))  # until when
    refreshing: float = Field(sa_type=Double, sa_column_kwargs=_default(0))  # since when a refresh has not come to an end
    retry: float = Field(sa_type=Double, sa_column_kwargs=_default(0))  # after a failed refresh: not before
    connected: float = Field(sa_type=Double)
    due: float = Field(sa_type=Double)  # when it is to be looked at next
    succeeded: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    failed: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    error: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))  # the last one, in words
    told: int = Field(sa_type=Integer, sa_column_kwargs=_default(0))  # whether its owner knows that it is broken


class TicketRow(SQLModel, table=True):
    """A link by which one person may connect one service."""

    __tablename__ = "ticket"

    hash: str = Field(primary_key=True, sa_type=AnyText)
    actor: str = Field(sa_type=AnyText)  # as JSON
    service: str = Field(sa_type=AnyText)
    team: int = Field(sa_type=Integer)
    expires: float = Field(sa_type=Double)


class StateRow(SQLModel, table=True):
    """An authorization that a browser was sent away for."""

    __tablename__ = "oauth_state"

    hash: str = Field(primary_key=True, sa_type=AnyText)
    session: str = Field(sa_type=AnyText)
    purpose: str = Field(sa_type=AnyText)
    sealed: bytes = Field(sa_type=LargeBinary)
    expires: float = Field(sa_type=Double)


class SessionRow(SQLModel, table=True):
    """A browser. `actor` is who has proved to sit there, as JSON; empty where nobody has."""

    __tablename__ = "web_session"

    hash: str = Field(primary_key=True, sa_type=AnyText)
    actor: str = Field(sa_type=AnyText)
    expires: float = Field(sa_type=Double)


class WaitingRow(SQLModel, table=True):
    """What somebody asked that needs an account they have not connected yet."""

    __tablename__ = "waiting"

    actor: str = Field(primary_key=True, sa_type=AnyText)
    service: str = Field(primary_key=True, sa_type=AnyText)
    conversation: str = Field(primary_key=True, sa_type=AnyText)
    delivery: str = Field(sa_type=AnyText)
    expires: float = Field(sa_type=Double)


class AdminRow(SQLModel, table=True):
    """Somebody who runs the bot, beside those named in the settings."""

    __tablename__ = "admin"

    actor: str = Field(primary_key=True, sa_type=AnyText)
    name: str = Field(sa_type=AnyText)
    added: float = Field(sa_type=Double)
    by_whom: str = Field(sa_type=AnyText)


class InstallationRow(SQLModel, table=True):
    """A workspace that has installed the bot; its tokens are in `sealed`."""

    __tablename__ = "installation"

    platform: str = Field(primary_key=True, sa_type=AnyText)
    tenant: str = Field(primary_key=True, sa_type=AnyText)
    name: str = Field(sa_type=AnyText)
    sealed: bytes = Field(sa_type=LargeBinary)
    expires: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    version: int = Field(sa_type=Integer, sa_column_kwargs=_default(1))
    owner: str = Field(sa_type=AnyText, sa_column_kwargs=_default(""))
    lease: float = Field(sa_type=Double, sa_column_kwargs=_default(0))
    installed: float = Field(sa_type=Double)


class AuditRow(SQLModel, table=True):
    """What somebody asked or decided, and what came of it: one row is never changed, and each holds the hash of the former."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    id: str = Field(sa_type=AnyText)
    kind: str = Field(sa_type=AnyText)
    at: float = Field(sa_type=Double)
    actor: str = Field(sa_type=AnyText)
    name: str = Field(sa_type=AnyText)
    via: str = Field(sa_type=AnyText)
    conversation: str = Field(sa_type=AnyText)
    command: str = Field(sa_type=AnyText)
    arguments: str = Field(sa_type=AnyText)
    account: str = Field(sa_type=AnyText)
    confirmed_by: str = Field(sa_type=AnyText)
    outcome: str = Field(sa_type=AnyText)
    said: str = Field(sa_type=AnyText)
    record: str = Field(sa_type=AnyText)
    previous: str = Field(sa_type=AnyText)  # the hash of the row before
    hash: str = Field(sa_type=AnyText)


class AuditHeadRow(SQLModel, table=True):
    """One row: where the chain of the audit ends, and where it begins once old rows were removed."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True, sa_type=Integer)
    number: int = Field(sa_type=BigInteger)  # of the last row
    hash: str = Field(sa_type=AnyText)
    first_number: int = Field(sa_type=BigInteger)  # of the first row, or of the one that will be it
    first_hash: str = Field(sa_type=AnyText)  # of the row before that


class EffectRow(SQLModel, table=True):
    """A write, from before it happens."""

    __tablename__ = "effect"

    seq: int = Field(primary_key=True, sa_type=_SERIAL)
    id: str = Field(sa_type=AnyText, unique=True)
    call: str = Field(sa_type=AnyText, unique=True)
    actor: str = Field(sa_type=AnyText)
    conversation: str = Field(sa_type=AnyText)
    command: str = Field(sa_type=AnyText)
    arguments: str = Field(sa_type=AnyText)
    account: str = Field(sa_type=AnyText)
    at: float = Field(sa_type=Double)
    undo: str = Field(sa_type=AnyText)
    undo_arguments: str = Field(sa_type=AnyText)
    state: str = Field(sa_type=AnyText)
    undoes: str = Field(sa_type=AnyText)
    restores: int = Field(sa_type=Integer)
    reply: str = Field(sa_type=AnyText)
    attempt: int = Field(sa_type=Integer)


class ProposalRow(SQLModel, table=True):
    """A call that waits for somebody to confirm it."""

    __tablename__ = "proposal"

    id: str = Field(primary_key=True, sa_type=AnyText)
    digest: str = Field(sa_type=AnyText)
    call: str = Field(sa_type=AnyText)
    requester: str = Field(sa_type=AnyText)
    approvers: str = Field(sa_type=AnyText)
    card: str = Field(sa_type=AnyText)
    created: float = Field(sa_type=Double)
    expires: float = Field(sa_type=Double)
    state: str = Field(sa_type=AnyText)
    decided_by: str = Field(sa_type=AnyText)
    decision: str = Field(sa_type=AnyText)


class ProposalCardRow(SQLModel, table=True):
    """An answer in which a proposal is shown."""

    __tablename__ = "proposal_card"

    proposal: str = Field(primary_key=True, sa_type=AnyText)
    delivery: str = Field(primary_key=True, sa_type=AnyText)


class RuleRow(SQLModel, table=True):
    """Who may run what, and where."""

    __tablename__ = "rule"

    tenant: str = Field(primary_key=True, sa_type=AnyText)  # "platform:tenant"
    id: str = Field(primary_key=True, sa_type=AnyText)
    effect: str = Field(sa_type=AnyText)
    what: str = Field(sa_type=AnyText)
    who: str = Field(sa_type=AnyText)
    where: str = Field(sa_type=AnyText)
    by: str = Field(sa_type=AnyText)
    made_by: str = Field(sa_type=AnyText)
    made: float = Field(sa_type=Double)
    removed: float = Field(sa_type=Double, sa_column_kwargs=_default(0))


class PreferenceRow(SQLModel, table=True):
    """What somebody, or a conversation, has chosen to be the usual."""

    __tablename__ = "preference"

    owner: str = Field(primary_key=True, sa_type=AnyText)
    name: str = Field(primary_key=True, sa_type=AnyText)
    value: str = Field(sa_type=AnyText)


class BudgetRow(SQLModel, table=True):
    """What a person, conversation or tenant has spent on one day (UTC), in millionths of a dollar, with what is reserved."""

    __tablename__ = "budget"

    scope: str = Field(primary_key=True, sa_type=AnyText)
    day: str = Field(primary_key=True, sa_type=AnyText)
    micros: int = Field(sa_type=BigInteger)


class ReservationRow(SQLModel, table=True):
    """What a call may still cost, and what it has cost, in millionths of a dollar."""

    __tablename__ = "reservation"

    call: str = Field(primary_key=True, sa_type=AnyText)
    day: str = Field(sa_type=AnyText)
    scopes: str = Field(sa_type=AnyText)  # as JSON
    reserved: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)


class AnsweringRow(SQLModel, table=True):
    """A call that is being answered piece by piece, and whether somebody has stopped it."""

    __tablename__ = "answering"

    call: str = Field(primary_key=True, sa_type=AnyText)
    begun: float = Field(sa_type=Double)
    stopped: int = Field(sa_type=Integer)


class PictureRow(SQLModel, table=True):
    """What a model has painted for a call."""

    __tablename__ = "picture"

    id: str = Field(primary_key=True, sa_type=AnyText)  # whoever knows it sees the picture
    call: str = Field(sa_type=AnyText, unique=True)
    mime: str = Field(sa_type=AnyText)
    content: bytes = Field(sa_type=LargeBinary)
    record: str = Field(sa_type=AnyText)
    actor: str = Field(sa_type=AnyText)  # for whom
    made: float = Field(sa_type=Double)


class PulseRow(SQLModel, table=True):
    """One row that probes write: on a full disk a read still succeeds."""

    __tablename__ = "pulse"

    id: int = Field(primary_key=True, sa_type=Integer)
    at: float = Field(sa_type=Double)


admin = SQLModel.metadata.tables["admin"]
answering = SQLModel.metadata.tables["answering"]
audit = SQLModel.metadata.tables["audit"]
audit_head = SQLModel.metadata.tables["audit_head"]
budget = SQLModel.metadata.tables["budget"]
connection = SQLModel.metadata.tables["connection"]
data_key = SQLModel.metadata.tables["data_key"]
delivery = SQLModel.metadata.tables["delivery"]
effect = SQLModel.metadata.tables["effect"]
installation = SQLModel.metadata.tables["installation"]
keyholder = SQLModel.metadata.tables["keyholder"]
master_key = SQLModel.metadata.tables["master_key"]
oauth_state = SQLModel.metadata.tables["oauth_state"]
offer = SQLModel.metadata.tables["offer"]
picture = SQLModel.metadata.tables["picture"]
preference = SQLModel.metadata.tables["preference"]
proposal = SQLModel.metadata.tables["proposal"]
proposal_card = SQLModel.metadata.tables["proposal_card"]
pulse = SQLModel.metadata.tables["pulse"]
reference = SQLModel.metadata.tables["reference"]
reservation = SQLModel.metadata.tables["reservation"]
rule = SQLModel.metadata.tables["rule"]
ticket = SQLModel.metadata.tables["ticket"]
waiting = SQLModel.metadata.tables["waiting"]
web_session = SQLModel.metadata.tables["web_session"]
