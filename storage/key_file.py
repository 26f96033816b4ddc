"""Files that hold keys: read only where nobody else can read them, made whole or not at all."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.keyring import Keyring, KeyringError, parse

_LARGEST = 65536  # bytes
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ROOT = 0


def read_own(path: Path, user: int) -> Keyring:
    """A file of ours. Raises KeyringError where anybody else can read it, its folder included; FileNotFoundError."""
    _refuse_shared(path.parent, user)
    return _read(path, {user}, _OTHERS, f"chmod 600 {path}")


def read_mounted(path: Path, user: int) -> Keyring:
    """A file that the system gives us, who may be its owner. Raises KeyringError, FileNotFoundError.

    That its group can read it is accepted: systemd lets us read it by an access control list, which looks like that, and
    Kubernetes by a group made for it.
    """
    return _read(path, {user, _ROOT}, stat.S_IRWXO, "mount it with mode 0400, for the bot's user")


def create(path: Path, user: int, keyring: Keyring) -> None:
    """Makes the file, on the disk when this returns, unless another process is quicker: then that one's stays.

    Raises KeyringError where others can reach its folder.
    """
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _flush(path.parent.parent)
    _refuse_shared(path.parent, user)
    with _written(path, str(keyring)) as whole, suppress(FileExistsError):
        os.link(whole, path)


def change(path: Path, user: int, edit: Callable[[Keyring], Keyring]) -> Keyring:
    """Replaces it by what `edit` makes of it, and gives that back; others wait meanwhile. Raises KeyringError."""
    with _turn(path.parent):
        keyring = edit(read_own(path, user))
        with _written(path, str(keyring)) as whole:
            whole.replace(path)
    return keyring


def _read(path: Path, owners: set[int], forbidden: int, remedy: str) -> Keyring:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:  # a pipe would not answer
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise KeyringError(f"{path} is no file: a keyring is to be there.")
        _refuse_foreign(path, found, owners, forbidden, remedy)
        return parse(file.read(_LARGEST).decode("ascii", "replace"), str(path))


def _refuse_shared(folder: Path, user: int) -> None:
    """Who can write to the folder can put another file in the keyring's place."""
    remedy = "set KEYRING to a file in a folder of its own, which the bot makes (mode 0700)"
    _refuse_foreign(folder, folder.stat(), {user}, _OTHERS, remedy)


def _refuse_foreign(path: Path, found: os.stat_result, owners: set[int], forbidden: int, remedy: str) -> None:
    if found.st_uid not in owners:
        raise KeyringError(f"{path} belongs to another user, who could read or replace the keys: chown it to the bot's user.")
    if found.st_mode & forbidden:
        raise KeyringError(f"Others than the bot's user can reach the keys in {path}: {remedy}")


@contextmanager
def _written(path: Path, text: str) -> Iterator[Path]:
    """The text in a file beside `path`, to be put in its place; a crash leaves no half of it there."""
    whole = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield whole
    finally:
        whole.unlink(missing_ok=True)
    _flush(path.parent)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _flush(folder: Path) -> None:
    """What was renamed in it stays so, whatever happens to the machine."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
