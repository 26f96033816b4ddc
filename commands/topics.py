"""What a rule may be about: everything, a kind of command, a subject, or one command."""

from difflib import get_close_matches

from commands.catalog import Catalog
from commands.usage import Choice, UsageError

KINDS = {"everything": "*", "reads": "reads", "writes": "writes", "irreversible": "irreversible"}
_NEAR = 0.75  # for difflib
_SHOWN = 60  # characters of what was typed, in a reply


def topics(catalog: Catalog) -> dict[str, str]:
    """By the words for each, how it is stored."""
    subjects = [subject.name for subject in catalog.subjects]
    commands = [command.name for subject in catalog.subjects for command in subject.commands]
    return KINDS | {name: name for name in (*subjects, *commands)}


def topic(catalog: Catalog, words: str, command: str) -> str:
    """What the words mean, as it is stored. Raises UsageError of this command, with what may have been meant."""
    known = topics(catalog)
    spelled = " ".join(words.casefold().removeprefix("/").replace("_", "-").split())
    if spelled in known:
        return known[spelled]
    near = get_close_matches(spelled[:_SHOWN], known, cutoff=_NEAR) or list(KINDS)
    choices = tuple(Choice(name, name) for name in near)
    said = f"what: there is no command called “{words[:_SHOWN]}”. Do you mean one of these?"
    raise UsageError(said, command, "what", choices)
