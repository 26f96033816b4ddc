"""Finds the next delivery of each tenant, so that tenants can take turns."""

from sqlalchemy import Connection

from storage.migrations.indexes import Index

# A conversation begins with "platform:tenant:". The whole of it where it has less than two colons. No more than 48 characters,
# so that together with the longest conversation it fits: PostgreSQL's indexes take 2,700 bytes.
_TENANT = (
    "substr(conversation, 1, {least}(48, {at}(conversation || ':', ':') + "
    "{at}(substr(conversation, {at}(conversation || ':', ':') + 1) || ':', ':')))"
)
_ON = "delivery (({tenant}), seq, conversation) WHERE state = 'ready'"

TURNS = Index("delivery_tenant", _ON.format(tenant=_TENANT.format(at="strpos", least="least")))


def upgrade(connection: Connection) -> None:
    """Where PostgreSQL has deliveries already, the index is built later: it would keep everybody from adding more."""
    if connection.dialect.name == "sqlite":
        tenant = _TENANT.format(at="instr", least="min")
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS delivery_tenant ON {_ON.format(tenant=tenant)}")
    elif not connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM delivery)").scalar():
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS delivery_tenant ON {TURNS.on}")
