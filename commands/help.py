"""See what you can ask for."""

from itertools import islice
from typing import Annotated

from commands.catalog import Catalog, Subject
from commands.command import Command, command
from commands.option import Option
from commands.reply import Field, Item, Reply
from commands.rules import Ruling
from commands.usage import Choice, UsageError

_EXAMPLES = 3


@command(example="help ping")
async def help(catalog: Catalog, ruling: Ruling, words: Annotated[str, "what to explain, such as “ping”"] = "") -> Reply:
    """Show what you can ask for, or explain one command."""
    words = words.removeprefix("/").strip()
    if not words:
        return _overview(catalog)
    subject = catalog.subject(words)
    if subject and subject.verbs:
        return _of_subject(subject)
    if (barred := catalog.barred(words)) and (reason := await ruling.refusal(barred)):
        return Reply(reason, private=True)
    try:
        found, _ = catalog.find(words)
    except UsageError as error:
        raise UsageError(str(error), "help", "words", tuple(map(_explained, error.choices))) from None
    return _of_command(found)


def _overview(catalog: Catalog) -> Reply:
    offered = [subject for subject in catalog.subjects if not subject.pressed]
    first = (subject.commands[0] for subject in offered)
    examples = islice((each.example for each in first if not each.irreversible), _EXAMPLES)  # whatever is tried can be undone
    return Reply(
        f"This is what I can help with. Try {', '.join(f'“{example}”' for example in examples)}.",
        items=tuple(Item(subject.name, subject.about) for subject in offered),
    )


def _of_subject(subject: Subject) -> Reply:
    return Reply(
        f"{subject.name}: {subject.about}",
        items=tuple(Item(each.usage, f"{each.about} For example: {each.example}") for each in subject.commands),
    )


def _of_command(command: Command) -> Reply:
    taken_back = " It can be undone." if command.undo else " It can't be undone." if command.irreversible else ""
    taken_back += " Add --dry-run to see what it would do." if command.writes else ""
    return Reply(
        f"{command.about}{taken_back}\nUsage: {command.usage}\nExample: {command.example}",
        fields=tuple(Field(option.name, _of_option(option)) for option in command.options),
    )


def _of_option(option: Option) -> str:
    """Its help, what it takes, and what holds when it is left out."""
    takes = f"one of {', '.join(option.choices)}" if option.choices else "several, with commas between" if option.many else ""
    default = f"{option.default_words} if left out" if option.default_words else ""
    return "; ".join(filter(None, (option.about, takes, "required" if option.required else default or "may be left out")))


def _explained(choice: Choice) -> Choice:
    """What would have been typed becomes what would be explained; "help" itself is the overview."""
    return Choice(choice.label, choice.value.removeprefix("help").strip())
