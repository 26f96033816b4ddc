"""A rule made from the words that people say it with."""

import base64
import hashlib
import json

from bot.rule_people import approver, read_option, where_to, whom
from bot.ruling import OWN, READS
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
    about = _about(catalog, what, command, asks=effect == "ask")
    whose = read_option("who", command, lambda: whom(who, actor))
    there = read_option("where", command, lambda: where_to(where, place))
    confirms = read_option("by", command, lambda: approver(by, actor, place)) if effect == "ask" else ""
    said = (tenant, effect, about, whose, there, confirms)
    return Rule(_id(*said), *said, actor.key, made)


def _about(catalog: Catalog, what: str, command: str, asks: bool) -> str:
    about = topic(catalog, what, command)
    if about.partition(" ")[0] in OWN:
        raise UsageError(f"what: “{about}” stays open to everybody, so there are no rules about it.", command, "what")
    if asks and about == READS:
        raise UsageError("what: reads are never confirmed. Forbid or allow them.", command, "what")
    return about


def _id(*said: str) -> str:
    """The same rule has the same id, so that it is there once, however often somebody says it."""
    digest = hashlib.sha256(json.dumps(said).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_ID]
