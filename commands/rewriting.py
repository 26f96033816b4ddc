"""Values of a record that are to be others: what they were, what became of them since, and how they are changed back."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.errors import Refused
from adapters.hubspot.client import HubSpot
from adapters.hubspot.kinds import KINDS
from adapters.hubspot.property import Property
from adapters.hubspot.record import Record
from commands.agenda import listed
from commands.preview import Preview, compared, differences
from commands.records import written
from commands.reply import Reply
from commands.usage import Meant

Values = Mapping[str, str]
"""As HubSpot keeps them, by the names of their properties."""

Told = Callable[[Values], Awaitable[dict[str, str]]]
"""Values as people read them, by the labels of their properties."""


@dataclass(frozen=True)
class Rewriting:
    """`wanted` are the values to be; `left` is what they were left as, where this takes something back.

    `was` is what they were when this was asked for: on a further attempt they may be as wanted already.
    """

    record: Record
    wanted: Values
    left: Values
    was: Values

    @property
    def found(self) -> dict[str, str]:
        """What they are now."""
        return self.of(self.record)

    @property
    def is_done(self) -> bool:
        return self.found == dict(self.wanted)

    @property
    def before(self) -> dict[str, str]:
        """What they were before they were made what is wanted, now or earlier."""
        return dict(self.was or self.left) if self.is_done else self.found

    def of(self, record: Record) -> dict[str, str]:
        return {name: record.values.get(name, "") for name in self.wanted}


@dataclass(frozen=True)
class Wording:
    """What is said of a rewriting. `done` is given the values before and after, as people read them."""

    told: Told
    planned: str
    done: Callable[[Record, dict[str, str], dict[str, str]], str]


async def rewritten(
    hubspot: HubSpot,
    change: Rewriting,
    wording: Wording,
    write: Callable[[], Awaitable[Record]],
    undo: Callable[[dict[str, str]], dict[str, Any]],
) -> AsyncGenerator[Preview | Reply, None]:
    """The steps of a command. `undo` gives the arguments that take it back, for the values that were before.

    Raises Meant with `was`.
    """
    if change.is_done and not (hubspot.again or change.left):
        yield Reply(f"“{change.record.title}” is like that already.", (written(change.record),))
        return
    if not (change.was or change.left):
        raise Meant({"was": change.found})
    before, after = await wording.told(change.before), await wording.told(change.wanted)
    left = {} if change.is_done else await wording.told(change.left)
    preview = Preview(wording.planned, changes=differences(before, after))
    yield compared(preview, left, await wording.told(change.found))
    new = await write()
    if change.of(new) == change.found and not change.is_done:
        raise Refused(f"HubSpot took the change, but left “{new.title}” as it was. Please look there for what it allows.")
    back = {**undo(change.before), "left": change.of(new)}
    yield Reply(wording.done(new, before, after), (written(new),), undo=back, record=new.id)


def changing(told: Told, labels: Sequence[str], record: Record, known: bool = False) -> Wording:
    """Of a change of these properties; `known` says that the record was to be created, but is there already."""

    def there(title: str) -> str:
        return f"“{title}” is in HubSpot already. " if known else ""

    def done(new: Record, before: dict[str, str], after: dict[str, str]) -> str:
        """By its new name, which is the same on every attempt."""
        if len(labels) > 1:
            return f"{there(new.title)}Changed {listed(labels)} of “{new.title}”."
        [label] = after
        return f"{there(new.title)}{label} of “{new.title}” is {_quoted(after[label])} now. It was {_quoted(before[label])}."

    return Wording(told, f"{there(record.title)}Change {listed(labels)} of “{record.title}”.", done)


def telling(hubspot: HubSpot, properties: Mapping[str, Property]) -> Told:
    """Of these properties, by their names."""

    async def told(values: Values) -> dict[str, str]:
        return {_headed(properties[name].label): await hubspot.shown(properties[name], value) for name, value in values.items()}

    return told


def telling_stage(hubspot: HubSpot, kind: str) -> Told:
    """Of the stage and the pipeline in which a deal or a ticket is."""

    async def told(values: Values) -> dict[str, str]:
        if not values:
            return {}
        stage, pipeline = values[KINDS[kind].stage], values[KINDS[kind].pipeline]
        stages = [stage for each in await hubspot.pipelines(kind) for stage in each.stages]
        found = next((each for each in stages if (each.id, each.pipeline) == (stage, pipeline)), None)
        if found is None:  # it was taken out of its pipeline, or this person does not see that one
            return {"Stage": stage, "Pipeline": pipeline}
        return {"Stage": found.label, "Pipeline": found.pipeline_label}

    return told


def _headed(label: str) -> str:
    """Labels begin a sentence, and those that people made up may begin small."""
    return label[:1].upper() + label[1:]


def _quoted(value: str) -> str:
    return f"“{value}”" if value else "empty"
