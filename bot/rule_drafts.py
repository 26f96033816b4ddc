"""A rule made from the words that people say it with."""

import base64
import hashlib
import json
from collections.abc import Callable

from bot.rule_people import approver, conversation, whom
from bot.ruling import EVERY, READS
from commands.call import Actor, Place
from commands.catalog import Catalog
from commands.topics import topic
from commands.usage import UsageError
from storage.rules import Rule

_ID = 8  # characters, each one of 32


def draft(
    catalog: Catalog, actor: Actor, place: Place, made: float, effect: str, what: str, who: str, where: str, by: str
) -> Rule:
    """By this person, in the place where they are. Raises UsageError."""
    command, tenant = f"rules {effect}", f"{actor.platform}:{actor.tenant}"
    about = topic(catalog, what, command)
    if effect == "ask" and about == READS:
        raise UsageError("what: nobody confirms what only reads; forbid it, or allow it.", command, "what")
    whose = _read("who", command, lambda: whom(who, actor))
    there = EVERY if where == "everywhere" else _read("where", command, lambda: conversation(where, place))
    confirms = _read("by", command, lambda: approver(by, actor, place)) if effect == "ask" else ""
    said = (tenant, effect, about, whose, there, confirms)
    return Rule(_id(*said), *said, actor.key, made)


def _read(option: str, command: str, reading: Callable[[], str]) -> str:
    try:
        return reading()
    except ValueError as error:
        raise UsageError(f"{option}: {error}", command, option) from None


def _id(*said: str) -> str:
    """The same rule has the same id, so that it is there once, however often somebody says it."""
    digest = hashlib.sha256(json.dumps(said).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_ID]
