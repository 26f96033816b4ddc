"""What a setting may look like. Each check raises ValueError with a text that says what to do."""

import re
from typing import Annotated
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from bot.teams.hosts import Hosts

_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_DATABASE = re.compile(r"sqlite:///.|(postgres|postgresql|postgresql\+psycopg)://")  # see `storage.engine`
_ACTOR = re.compile(r"(slack|teams):[^\s:]+:[^\s:]+")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("There is no such time zone; use a name such as Europe/Berlin") from None
    return name


def _closed(url: str) -> str:
    """With a slash at its end: paths are appended to it."""
    return f"{url.rstrip('/')}/" if url else ""


def _database(address: str) -> str:
    if address and not _DATABASE.match(address):
        raise ValueError("It must be sqlite:///path/to/file or postgresql://user:password@host/database")
    if "\0" in unquote(address):
        raise ValueError("There is a %00 in it, which no path and no name can have")
    if address.startswith("postgres") and urlsplit(address).netloc.count("@") > 1:  # part of it would be taken for the host
        raise ValueError("There is an @ in the user or the password: write it as %40, and other signs but letters likewise")
    return address


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _guid(id: str) -> str:
    """Microsoft writes its ids in lower case; people paste them as they like."""
    if id and not _GUID.fullmatch(id):
        raise ValueError("This is no id of Microsoft's: they look like 12345678-90ab-cdef-1234-567890abcdef")
    return id.lower()


def _guids(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_guid, ids))


def _safe(url: str) -> str:
    """The bot's secrets are sent there, or what it believes comes from there."""
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("It must be an https:// address, or a stand-in on this machine")
    return url


def _root(url: str) -> str:
    """Pages, cookies and redirect URIs are made from it, each from the root."""
    parts = urlsplit(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("It must be a host alone, as https://bot.example.com")
    return url


def _answerable(hosts: tuple[str, ...]) -> tuple[str, ...]:
    Hosts(hosts)
    return hosts


def _actors(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Microsoft's ids are compared in lower case, Slack's as they are."""
    for key in keys:
        if not _ACTOR.fullmatch(key):
            raise ValueError("Name people as slack:T0123:U0123 or teams:<tenant id>:<object id>")
    return tuple(key.lower() if key.startswith("teams:") else key for key in keys)


BaseUrl = Annotated[str, AfterValidator(_closed)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Guid = Annotated[str, AfterValidator(_guid)]
Guids = Annotated[Names, AfterValidator(_guids)]
SafeUrl = Annotated[str, AfterValidator(_safe)]
SafeBaseUrl = Annotated[BaseUrl, AfterValidator(_safe)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
PublicUrl = Annotated[SafeBaseUrl, AfterValidator(_root)]
Actors = Annotated[Names, AfterValidator(_actors)]
HostNames = Annotated[Names, AfterValidator(_answerable)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000)]  # what is counted in millionths fits into 64 bits then
Zone = Annotated[str, AfterValidator(_zone)]
