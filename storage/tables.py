"""Every table, on one screen; rows never leave this folder, frozen dataclasses do.

They are made by the migrations, where the indexes are too: declared here, the partial ones would have SQLAlchemy load the
dialects of both engines.
"""

from typing import Any

from sqlalchemy import BigInteger, Double, Integer
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


class PulseRow(SQLModel, table=True):
    """One row that probes write: on a full disk a read still succeeds."""

    __tablename__ = "pulse"

    id: int = Field(primary_key=True, sa_type=Integer)
    at: float = Field(sa_type=Double)


delivery = SQLModel.metadata.tables["delivery"]
offer = SQLModel.metadata.tables["offer"]
pulse = SQLModel.metadata.tables["pulse"]
reference = SQLModel.metadata.tables["reference"]
