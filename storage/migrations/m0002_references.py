"""Where conversations are reached."""

from sqlalchemy import Connection

_REFERENCE = """
CREATE TABLE reference (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    whom TEXT NOT NULL,
    conversation TEXT NOT NULL,
    service_url TEXT NOT NULL,
    bot TEXT NOT NULL,
    type TEXT NOT NULL,
    team TEXT NOT NULL,
    seen DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (platform, tenant, whom)
)
"""


def upgrade(connection: Connection) -> None:
    connection.exec_driver_sql(_REFERENCE)
