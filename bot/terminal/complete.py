"""What may come next at the prompt: subjects, verbs, options, and the words that an option allows."""

from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from commands.catalog import Catalog, Subject
from commands.command import Command
from commands.option import Option

Words = Iterable[tuple[str, str]]
"""What may be typed, and what it is for."""


class CommandCompleter(Completer):
    """Completes the word before the cursor."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        typed = document.text_before_cursor.lstrip().removeprefix("/")
        before, _, word = typed.rpartition(" ")
        for text, about in self._next(before.split()):
            if text.startswith(word.lower()):
                yield Completion(text, -len(word), display_meta=about)

    def _next(self, before: list[str]) -> Words:
        if not before:
            return [(subject.name, subject.about) for subject in self._catalog.subjects]
        subject = self._catalog.subject(before[0])
        if not subject:
            return ()
        return [*(_verbs(subject) if len(before) == 1 else ()), *_options(subject, before[1:])]


def _verbs(subject: Subject) -> Words:
    return [(command.verb, command.about) for command in subject.commands if command.verb]


def _options(subject: Subject, told: list[str]) -> Words:
    command = subject.command(told[0].lower()) if told else None
    found = command or subject.command("")
    return _of_command(found, told) if found else ()


def _of_command(command: Command, told: list[str]) -> Words:
    """The options not named yet; one that takes only certain words is offered with each of them."""
    named = {word.partition("=")[0].lower() for word in told if "=" in word}
    return [words for option in command.options if option.name not in named for words in _of_option(option)]


def _of_option(option: Option) -> Words:
    choices = option.choices or (("true", "false") if option.type is bool else ())
    return [(f"{option.name}={choice}", option.about) for choice in choices] or [(f"{option.name}=", option.about)]
