"""People and conversations, as somebody writes them into a rule. What is not understood raises ValueError, with what to do."""

import re

from bot.rule_words import CHANNEL
from bot.ruling import ADMINS, EVERY
from commands.call import Actor, Place

_EVERYBODY = {"everyone", "everybody", "all", EVERY}
_ADMINS = {"admins", "admin"}
_LONGEST = 200  # characters of an id
_IDS = {
    "slack": re.compile(r"(?:<@)?([UW][A-Z0-9]+)(?:\|[^<>]*)?>?", re.ASCII),
    "teams": re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.ASCII | re.IGNORECASE),
}
_ANY_ID = re.compile(r"([^\s:]+)")
_CONVERSATIONS = {"slack": re.compile(r"(?:<#)?([CGD][A-Z0-9]+)(?:\|[^<>]*)?>?", re.ASCII)}
_ANY_CONVERSATION = re.compile(r"(\S+)")
_HOW = {
    "slack": "Mention them in a message to me, or give their member ID: it is in their profile in Slack, under ⋮.",
    "teams": "In Teams, people are named by their object ID, as in 12345678-90ab-cdef-1234-567890abcdef: "
    "it is on their page in Microsoft Entra.",
}


def whom(words: str, asker: Actor) -> str:
    """As a rule keeps it whom it is about: somebody of the asker's own tenant, those who run the bot, or everybody."""
    word = words.strip().casefold()
    if word in _EVERYBODY:
        return EVERY
    return ADMINS if word in _ADMINS else _key(words.strip(), asker)


def approver(words: str, asker: Actor, place: Place) -> str:
    """As a rule keeps it who must confirm."""
    word = words.strip()
    if word.casefold().startswith(CHANNEL):
        return CHANNEL + conversation(word[len(CHANNEL) :], place)
    if word.casefold() in _EVERYBODY:
        raise ValueError("by: somebody has to be named who confirms: admins, a person, or in:here.")
    return whom(word, asker)


def conversation(words: str, place: Place) -> str:
    """The id of the one that is meant: "here", a mention, or an id."""
    word = words.strip()
    if word.casefold() == "here" and place.conversation:
        return place.conversation
    found = _CONVERSATIONS.get(place.platform, _ANY_CONVERSATION).fullmatch(word[:_LONGEST])
    if not found or word.casefold() == "here":
        raise ValueError(f"I don't know the channel “{word[:_LONGEST]}”. Give its ID, or say this there with “here”.")
    return found[1]


def _key(word: str, asker: Actor) -> str:
    own = f"{asker.platform}:{asker.tenant}:"
    found = _IDS.get(asker.platform, _ANY_ID).fullmatch(word.removeprefix(own)[:_LONGEST])
    if not found:
        how = _HOW.get(asker.platform, "Give their id.")
        raise ValueError(f"I don't know who “{word[:_LONGEST]}” is. {how}")
    return own + (found[1].lower() if asker.platform == "teams" else found[1])
