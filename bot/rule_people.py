"""People and conversations, as somebody writes them into a rule. What is not understood raises ValueError, with what to do."""

import re
from collections.abc import Callable

from bot.ruling import ADMINS, CHANNEL, EVERY
from commands.call import Actor, Place
from commands.usage import UsageError

_EVERYBODY = {"everyone", "everybody", "all", EVERY}
_EVERYWHERE = {"everywhere", "anywhere", EVERY}
_ADMINS = {"admins", "admin"}
_HERE = "here"
_LONGEST = 200  # characters of an id, or of a mention
_ANY_ID, _ANY_CONVERSATION = r"[^\s:<>|]+", r"[^\s<>|]+"
_IDS = {"slack": r"[UW][A-Z0-9]+", "teams": r"(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"}
_CONVERSATIONS = {"slack": r"[CGD][A-Z0-9]+", "teams": r"\d+:[^\s<>|]+"}
_HOW = {
    "slack": "Mention them, or give their member ID: it is in their profile in Slack, under ⋮.",
    "teams": "Mention them in a message to me, or give their object ID, as in 12345678-90ab-cdef-1234-567890abcdef: "
    "it is on their page in Microsoft Entra.",
}


def read_option(option: str, command: str, reading: Callable[[], str]) -> str:
    """What `reading` gives. Raises UsageError about this option of that command, where it raises ValueError."""
    try:
        return reading()
    except ValueError as error:
        raise UsageError(f"{option}: {error}", command, option) from None


def whom(words: str, asker: Actor) -> str:
    """As a rule keeps it whom it is about: somebody of the asker's own tenant, those who run the bot, or everybody."""
    word = words.strip().casefold()
    if word in _EVERYBODY:
        return EVERY
    return ADMINS if word in _ADMINS else _key(words.strip(), asker)


def where_to(words: str, place: Place) -> str:
    """As a rule keeps it where it holds: in one conversation, or everywhere."""
    return EVERY if words.strip().casefold() in _EVERYWHERE else conversation(words, place)


def approver(words: str, asker: Actor, place: Place) -> str:
    """As a rule keeps it who must confirm."""
    word = words.strip()
    if word.casefold().startswith(CHANNEL):
        return CHANNEL + conversation(word[len(CHANNEL) :], place)
    if word.casefold() == _HERE or word.startswith("<#"):
        return CHANNEL + conversation(word, place)
    if word.casefold() in _EVERYBODY:
        raise ValueError("say who confirms: admins, a person, or in:here.")
    return whom(word, asker)


def conversation(words: str, place: Place) -> str:
    """The id of the one that is meant: "here", a mention, or an id."""
    word = words.strip()
    if word.casefold() == _HERE and place.conversation:
        return place.conversation
    found = _id("#", _CONVERSATIONS.get(place.platform, _ANY_CONVERSATION), word)
    if not found or word.casefold() == _HERE:
        raise ValueError(f"I don't know the channel “{word[:_LONGEST]}”. Mention it, give its ID, or ask there with “here”.")
    return found


def _key(word: str, asker: Actor) -> str:
    own = f"{asker.platform}:{asker.tenant}:"
    found = _id("@", _IDS.get(asker.platform, _ANY_ID), word.removeprefix(own))
    if not found and "," in word:
        raise ValueError("a rule names one person. Make one for each of them.")
    if not found:
        how = _HOW.get(asker.platform, "Give their id.")
        raise ValueError(f"I don't know who “{word[:_LONGEST]}” is. {how}")
    return own + (found.lower() if asker.platform == "teams" else found)


def _id(sign: str, form: str, word: str) -> str:
    """An id of this form, by itself or in a mention like `<@U1|ada>`; empty where the word is neither."""
    found = re.fullmatch(rf"<{sign}({form})(?:\|[^<>]*)?>|({form})", word[:_LONGEST], re.ASCII)
    return (found[1] or found[2]) if found else ""
