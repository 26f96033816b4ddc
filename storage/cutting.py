"""The end of a connection whose server has taken its request and says nothing more."""

import os
import socket
from contextlib import suppress
from typing import Any

HUNG = 15.0  # seconds: each statement is ended by its server after ten, unless that hangs itself


def cut(connection: Any) -> None:
    """Who waits for it, in another thread, gets an error at once. `connection` is psycopg's; SQLite's have no server.

    A server's process that was stopped keeps its side open, so neither its own timeouts nor those of TCP would ever end it.
    """
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:  # it may just come to its end
        line.shutdown(socket.SHUT_RDWR)
