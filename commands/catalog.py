"""Every command that may be run, found by the words that people type."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import ModuleType

from commands.command import Command, Given
from commands.usage import Choice, UsageError

_SHOWN = 60  # characters of what was typed, in a reply
_MOST = 5  # suggestions


@dataclass(frozen=True)
class Subject:
    """What a file of commands is about, and the commands in it, in their order there."""

    name: str
    about: str
    commands: tuple[Command, ...]

    def command(self, verb: str) -> Command | None:
        return self._by_verb.get(_spelled(verb))

    @cached_property
    def _by_verb(self) -> dict[str, Command]:
        return {command.verb: command for command in self.commands}

    @property
    def pressed(self) -> bool:
        """Whether there is nothing in it that people type: it is left out where they are shown what they can ask for."""
        return all(command.pressed for command in self.commands)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Of those of its commands that have one."""
        return tuple(command.verb for command in self.commands if command.verb)

    @cached_property
    def takes_words(self) -> bool:
        """Whether words that are no verb are for the command that has none: the only one, or one with options."""
        alone = self.command("")
        return alone is not None and bool(alone.options or not self.verbs)


def subjects(modules: Iterable[ModuleType]) -> tuple[Subject, ...]:
    """A subject for each module: `about` is the first line of its docstring."""
    return tuple(map(_subject, modules))


class Catalog(Given):
    """The commands that may be run here; `may_run` says which. The others are neither found nor shown."""

    def __init__(self, subjects: Iterable[Subject], may_run: Callable[[Command], bool]) -> None:
        every = [Subject(each.name, each.about, tuple(filter(may_run, each.commands))) for each in subjects]
        self.subjects = tuple(subject for subject in every if subject.commands)
        self._closed = {subject.name: "is not switched on here." for subject in every if not subject.commands}
        self._by_subject = {subject.name: subject for subject in self.subjects}
        self._by_name = {command.name: command for subject in self.subjects for command in subject.commands}
        self._barred: dict[str, Command] = {}

    def only(self, may: Callable[[Command], bool]) -> "Catalog":
        """Those of them that somebody may run; the others are neither found nor suggested."""
        catalog = Catalog(self.subjects, may)
        catalog._barred = {name: command for name, command in self._by_name.items() if not may(command)}
        catalog._closed = {**dict.fromkeys(catalog._closed, "is not open to you here: “rules” shows why."), **self._closed}
        return catalog

    def named(self, name: str) -> Command:
        """The command with exactly this name. Raises UsageError."""
        if name not in self._by_name:
            raise UsageError(f"“{name[:_SHOWN]}” is not available here.")
        return self._by_name[name]

    def get(self, name: str) -> Command | None:
        """The command with exactly this name, where it may be run."""
        return self._by_name.get(name)

    def barred(self, words: str) -> Command | None:
        """What the words begin with, where `only` has left it out: a command, or one of a subject that is left out whole."""
        name, rest = _head(words.lstrip().removeprefix("/"))
        subject, (verb, _) = _spelled(name), _head(rest)
        if exact := self._barred.get(f"{subject} {_spelled(verb)}".strip()):
            return exact
        left_out = () if self.subject(subject) else self._barred.values()
        return next((command for command in left_out if command.subject == subject), None)

    def subject(self, name: str) -> Subject | None:
        return self._by_subject.get(_spelled(name))

    def find(self, words: str) -> tuple[Command, str]:
        """The command that the words begin with, and the rest of them. A subject alone finds the help about it.

        Raises UsageError; its choices hold the whole text, corrected.
        """
        name, rest = _head(words.lstrip().removeprefix("/"))
        subject = self.subject(name)
        if not subject:
            raise self._no_subject(name, rest)
        verb, further = _head(rest)
        if verb and (command := subject.command(verb)):
            return command, further
        if (command := subject.command("")) and (subject.takes_words or not verb):
            return command, rest
        if verb:
            raise _not_found(f"{subject.name} {verb}", _corrected(subject, rest), subject.name)
        return self.named("help"), subject.name

    def _no_subject(self, name: str, rest: str) -> UsageError:
        """It is switched off or forbidden; or it is misspelled; or it was left out, and the first word is a verb."""
        if closed := self._closed.get(_spelled(name)):
            return UsageError(f"“{_spelled(name)}” {closed}", choices=(Choice("help", "help"),))
        near = _near(name, [subject.name for subject in self.subjects])
        meant = [subject for subject in self.subjects if subject.name in near]
        if meant:
            return _not_found(name, [text for subject in meant for text in _corrected(subject, rest) or [subject.name]])
        verbs = _near(name, [command.verb for command in self._by_name.values()])
        return _not_found(name, [f"{command.name} {rest}" for command in self._by_name.values() if command.verb in verbs])


def _subject(module: ModuleType) -> Subject:
    declared = [each for each in vars(module).values() if isinstance(each, Command)]
    own = tuple(command for command in declared if command.function.__module__ == module.__name__)
    return Subject(own[0].subject, (module.__doc__ or "").partition("\n")[0], own)


def _head(text: str) -> tuple[str, str]:
    """The first word, and the rest as it was typed."""
    first, rest = (*text.split(maxsplit=1), "", "")[:2]
    return first, rest.rstrip()


def _spelled(word: str) -> str:
    return word.casefold().replace("_", "-")


def _near(word: str, names: Sequence[str]) -> list[str]:
    """The name that the word is, or those it begins, or else those it nearly is."""
    spelled = _spelled(word[:_SHOWN])
    if not spelled or spelled in names:
        return [spelled] if spelled else []
    begun = [name for name in names if len(spelled) > 1 and name.startswith(spelled)]
    return begun or get_close_matches(spelled, names)


def _corrected(subject: Subject, rest: str) -> list[str]:
    """The text for each verb of the subject that is nearly the first word of the rest."""
    verb, further = _head(rest)
    if subject.takes_words and subject.command(verb) is None:
        return [f"{subject.name} {rest}"]
    return [f"{subject.name} {near} {further}" for near in _near(verb, subject.verbs)]


def _not_found(words: str, meant: Sequence[str], subject: str = "") -> UsageError:
    """Offers what may have been meant, or else the help."""
    texts = [text.strip() for text in meant[:_MOST]] or [f"help {subject}".strip()]
    choices = tuple(Choice(_short(text), text) for text in texts)
    shown = " or ".join(f"“{choice.label}”" for choice in choices)
    if meant:
        return UsageError(f"Did you mean {shown}?", choices=choices)
    asked = f"I don't know “{_short(words)}”. " if words else ""
    return UsageError(f"{asked}{shown} shows what I can do.", choices=choices)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
