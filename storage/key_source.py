"""Where the master keys come from: the first of these places that has any."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.cipher import KEY
from storage.key_file import change, create, read_mounted, read_own
from storage.keyring import Keyring, KeyringError, MasterKey, NoKeyringError, parse


@dataclass(frozen=True)
class KeySource:
    """`path` is the keyring file, `data` the folder of the database, which no key may be in, `value` the setting KEK."""

    path: Path
    data: Path | None = None
    mounts: tuple[Path, ...] = ()
    value: str = field(default="", repr=False)
    uri: str = ""
    user: int = field(default_factory=os.getuid)

    @property
    def mounted(self) -> Path | None:
        """The key that the system has given, if it has. https://systemd.io/CREDENTIALS/"""
        return next((path for path in self.mounts if path.exists()), None)

    @property
    def is_fixed(self) -> bool:
        """Whether somebody else keeps the keys, and the bot can't change them."""
        return bool(self.mounted or self.value)


def mounts(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where systemd, Docker and Kubernetes put a key."""
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    return (*([Path(credentials) / "kek"] if credentials else []), Path("/run/secrets/kek"))


def open_keyring(source: KeySource, make: bool = False) -> Keyring:
    """The keys that are there. `make`: at the first start of all, a keyring file is made where there is none of any kind.

    Raises KeyringError.
    """
    try:
        return _opened(source, make)
    except FileNotFoundError:
        raise NoKeyringError(f"There is no keyring at {source.path}.") from None
    except OSError as error:
        raise KeyringError(f"The keyring at {error.filename or source.path} can't be used: {error.strerror}.") from None


def change_keyring(source: KeySource, edit: Callable[[Keyring], Keyring]) -> Keyring:
    """What `edit` makes of it takes its place. Raises KeyringError, also where it isn't the bot that keeps the keys."""
    refuse_fixed(source)
    try:
        return change(source.path, source.user, edit)
    except FileNotFoundError:
        raise NoKeyringError(f"There is no keyring at {source.path} yet: the bot makes it when it first starts.") from None
    except OSError as error:
        raise KeyringError(f"The keyring at {source.path} can't be changed: {error.strerror}.") from None


def refuse_fixed(source: KeySource) -> None:
    if source.is_fixed:
        raise KeyringError(
            f"The keys in {source.mounted or 'KEK'} are not kept by the bot: change them where they are kept. Several can be "
            f"there, on a line each; the first one seals, all of them open. `openssl rand -base64 {KEY}` makes one. Add a new "
            "one at the end of the list, everywhere; once all processes have it, put it first."
        )


def with_new_key(keyring: Keyring) -> Keyring:
    """The new one is the last."""
    new = MasterKey.of(secrets.token_bytes(KEY))
    return replace(keyring, keys={**keyring.keys, new.id: new})


def _opened(source: KeySource, make: bool) -> Keyring:
    if source.uri:
        raise KeyringError("KEK_URI is set, but no key management service is built in yet: unset it, and see KEYRING.")
    if mounted := source.mounted:
        _refuse_inside(source.data, mounted)
        return read_mounted(mounted, source.user)
    if source.value:
        return _from_setting(source)
    _refuse_inside(source.data, source.path)
    if make and not source.path.exists():
        create(source.path, source.user, Keyring.of([secrets.token_bytes(KEY)], str(source.path)))
    return read_own(source.path, source.user)


def _from_setting(source: KeySource) -> Keyring:
    if source.path.exists():
        raise KeyringError(f"There are keys in KEK and in {source.path}: unset the one, or move the other away.")
    return parse(source.value, "KEK")


def _refuse_inside(data: Path | None, path: Path) -> None:
    if data and path.resolve().is_relative_to(data.resolve()):
        raise KeyringError(
            f"The keyring {path} would lie in {data}, the folder of the database: whoever gets a copy of that folder could "
            "open everything. Set KEYRING to a path elsewhere, or give the database a folder of its own."
        )
