"""Hears from other processes that there is work: PostgreSQL's LISTEN. Polling finds what it misses."""

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine

CHANNEL = "interact_delivery"
_ANYBODY = 0
_PAUSE = 1.0  # seconds from losing the connection to trying anew
_LAST = 5.0  # seconds until it has connected, and notices that it is to end


class Listener:
    """A thread and a connection of its own. From there `heard` is called with who has called: a process of the server's."""

    def __init__(self, engine: Engine, heard: Callable[[int], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._thread = threading.Thread(target=self._run, name="inbox-listener", daemon=True)

    def start(self) -> None:
        self._stop, self._stopping = socket.socketpair()
        self._thread.start()

    def close(self) -> None:
        """Waits for the thread: at most for as long as connecting may take. One whose server hangs ends with the process."""
        if self._thread.ident is None:  # never started
            return
        self._stopping.close()
        self._thread.join(_LAST)
        if not self._thread.is_alive():
            self._stop.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as stop:
            stop.register(self._stop, selectors.EVENT_READ)
            while not stop.select(0):
                with suppress(Exception):  # whatever it is: polling goes on, and the writer says so if the server is away
                    self._listen()
                stop.select(_PAUSE)

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                self._heard(_ANYBODY)  # nobody has listened until now
                self._hear(connection)
            finally:
                connection.invalidate()  # nobody else shall listen with it

    def _hear(self, connection: Connection) -> None:
        """Until it is closed, or the connection breaks."""
        driver: Any = connection.connection.driver_connection
        with selectors.DefaultSelector() as either:
            either.register(self._stop, selectors.EVENT_READ, "stop")
            either.register(driver.fileno(), selectors.EVENT_READ, "server")
            while "stop" not in [key.data for key, _ in either.select()]:
                for call in driver.notifies(timeout=0):
                    self._heard(call.pid)
