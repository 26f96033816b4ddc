"""The file `.env` of the folder in which a command is called: what of it is no setting, and which file that was."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import parse_stream

from adapters.base import Adapter
from bot.finding import Finding
from bot.service_settings import Credentials, ServiceSettings
from bot.settings import Settings

_FILE = Path(".env")
_ALIKE = 0.8  # so that what is meant for another program is left in peace


def check_settings(adapters: Sequence[Adapter]) -> list[Finding]:
    """Call it after they were read: each by itself is as it should be."""
    if not _FILE.is_file():
        return [Finding("Settings", "ok", f"complete, from the environment alone: there is no file {_FILE.absolute()}")]
    wrong = [Finding("Settings", "wrong", line) for line in _complaints(set(_names(adapters)))]
    return wrong or [Finding("Settings", "ok", f"complete, from {_FILE.absolute()} and the environment")]


def _complaints(known: Iterable[str]) -> Iterator[str]:
    """None of them holds what stands behind a name: it may be a secret."""
    with _FILE.open(encoding="utf-8") as file:
        for each in parse_stream(file):
            if each.error:
                yield f"Line {each.original.line} of {_FILE.absolute()} can't be read: write NAME=value, or # before a comment."
            elif each.key and (meant := _meant(each.key.upper(), known)):
                yield f"{each.key} in {_FILE.absolute()} is no setting: is {meant} meant?"


def _meant(name: str, known: Iterable[str]) -> str:
    """Empty where it is one, or resembles none."""
    alike = [] if name in known else get_close_matches(name, known, 1, _ALIKE)
    return alike[0] if alike else ""


def _names(adapters: Sequence[Adapter]) -> Iterator[str]:
    yield from (name.upper() for name in Settings.model_fields)
    for adapter in adapters:
        yield from (f"{adapter.name}_{name}".upper() for name in ServiceSettings.model_fields)
        yield from (f"{adapter.env}_{name}".upper() for name in Credentials.model_fields)
