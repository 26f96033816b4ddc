"""The end of a connection whose server has taken its request and says nothing more."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

HUNG = 15.0  # seconds: each statement is ended by its server after ten, unless that hangs itself


def cut(connection: Any) -> None:
    """Who waits for it, in another thread, gets an error at once. `connection` is psycopg's; SQLite's have no server.

    A server's process that was stopped keeps its side open, so neither its own timeouts nor those of TCP would ever end it.
    """
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:  # it may just come to its end
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def limited(connection: Any, seconds: float) -> Iterator[None]:
    """What takes longer ends in an error: for what is asked of a connection that nobody else knows of yet."""
    timer = threading.Timer(seconds, cut, [connection])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
