"""What is left to do when the master keys are lost: nothing that they sealed can be opened any more, so it goes."""

from sqlalchemy import Connection, delete

from storage import keyholders
from storage.keyring import KeyringError
from storage.tables import connection as connected
from storage.tables import data_key, installation, keyholder, master_key, oauth_state

_REST = (installation, oauth_state, data_key, master_key, keyholder)


def abandon(connection: Connection, now: float) -> int:
    """Forgets every account, every installation and every key; says how many accounts. The next start makes a new keyring.

    Nothing is revoked at the services. Raises KeyringError while a bot runs, for that one has keys which work.
    """
    keyholders.take_turn(connection)
    if living := keyholders.living(connection, now):
        raise KeyringError(f"A bot runs that has the keys ({', '.join(living)}): end it first, or keep its keyring.")
    for table in _REST:
        connection.execute(delete(table))
    return connection.execute(delete(connected)).rowcount
