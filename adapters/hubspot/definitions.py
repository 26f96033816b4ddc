"""How an account of HubSpot is set up: its properties, pipelines and owners, and which of them people mean."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from adapters.errors import Refused
from adapters.hubspot.pipeline import Pipeline, Stage
from adapters.hubspot.property import Choice, Property
from adapters.hubspot.record import Account, Owner

_OWNERS = "OWNER"  # what properties refer to whose values are owners
_NEAR = 5  # names that are told where none fits, of many
_TOLD = 12  # the same, of few
T = TypeVar("T", Pipeline, Stage, Owner, Property)


@dataclass(frozen=True)
class Definitions:
    """Of one kind of records."""

    account: Account
    properties: Mapping[str, Property]
    pipelines: Sequence[Pipeline]
    owners: Mapping[str, Owner]

    @property
    def stages(self) -> Mapping[tuple[str, str], Stage]:
        return {(stage.pipeline, stage.id): stage for pipeline in self.pipelines for stage in pipeline.stages}


def property_of(answer: Any) -> Property:
    _check(answer.name, answer.type)
    meta, options = answer.modification_metadata, answer.options or ()
    return Property(
        answer.name,
        answer.label or answer.name,
        answer.type,
        tuple(Choice(each.value, each.label or each.value) for each in options if not each.hidden),
        many=answer.field_type == "checkbox",
        owner=answer.referenced_object_type == _OWNERS or answer.name == "hubspot_owner_id",
        read_only=bool(answer.calculated or (meta and meta.read_only_value)),
        hidden=bool(answer.hidden),
        unique=bool(answer.has_unique_value),
    )


def pipelines_of(answer: Any) -> list[Pipeline]:
    """In the order in which people see them."""
    return [_pipeline(each) for each in sorted(answer.results, key=lambda each: each.display_order) if not each.archived]


def _pipeline(answer: Any) -> Pipeline:
    _check(answer.id, answer.label, *(each.id for each in answer.stages), *(each.label for each in answer.stages))
    stages = [each for each in sorted(answer.stages, key=lambda each: each.display_order) if not each.archived]
    return Pipeline(
        answer.id,
        answer.label,
        tuple(Stage(each.id, each.label, answer.id, answer.label, _closed(each.metadata)) for each in stages),
    )


def _closed(metadata: Mapping[str, str]) -> bool:
    return metadata.get("isClosed") == "true" or metadata.get("ticketState") == "CLOSED"


def owner_of(answer: Any) -> Owner:
    _check(answer.id)
    name = " ".join(filter(None, (answer.first_name, answer.last_name)))
    return Owner(answer.id, name or answer.email or answer.id, answer.email or "", active=not answer.archived)


def _check(*needed: Any) -> None:
    """The library leaves out what an answer lacks, without a word."""
    if not all(isinstance(each, str) and each for each in needed):
        raise ValueError


def account_of(answer: Any) -> Account:
    return Account(str(answer["portalId"]), str(answer["uiDomain"]), str(answer.get("companyCurrency") or ""))


def pipeline_named(pipelines: Sequence[Pipeline], name: str) -> Pipeline:
    """The first where no name is given."""
    if not pipelines:
        raise Refused("There is no pipeline in HubSpot for that.")
    if not name:
        return pipelines[0]
    return _one(name, pipelines, "pipeline", "Pipelines are", lambda each: (each.id, each.label))


def stage_named(pipelines: Sequence[Pipeline], name: str, pipeline: str = "", near: str = "") -> Stage:
    """In that pipeline, else in any, but first of all in the one with the id `near`; the first stage where no name is given."""
    here = pipeline_named(pipelines, pipeline or next((each.id for each in pipelines if each.id == near), ""))
    if not here.stages:
        raise Refused(f"The pipeline “{here.label}” has no stages.")
    if not name:
        return here.stages[0]
    elsewhere = [stage for each in pipelines if each is not here and not pipeline for stage in each.stages if _is(stage, name)]
    if elsewhere and not any(_is(each, name) for each in here.stages):
        return _in_one_pipeline(name, elsewhere)
    return _one(name, here.stages, "stage", "Stages are", _id_and_label, where=f"the pipeline “{here.label}”")


def _is(stage: Stage, name: str) -> bool:
    return _fits(name, (stage.id, stage.label))


def _in_one_pipeline(name: str, found: Sequence[Stage]) -> Stage:
    pipelines = dict.fromkeys(each.pipeline_label for each in found)
    if len(pipelines) > 1:
        raise Refused(f"There is a stage “{name}” in several pipelines. Say in which, with pipeline=: {', '.join(pipelines)}.")
    return _one(name, found, "stage", "Stages are", _id_and_label)


def _id_and_label(each: Stage) -> tuple[str, str]:
    return each.id, each.label


def owner_named(owners: Iterable[Owner], name: str) -> Owner:
    """By id, name or e-mail address, or else by a part of the name. Who has left the account is given nothing new."""
    active = [each for each in owners if each.active]

    def whole(owner: Owner) -> tuple[str, ...]:
        return owner.id, owner.name, owner.email

    def parts(owner: Owner) -> tuple[str, ...]:
        return *whole(owner), *owner.name.split()

    return _one(name, active, "owner", "There are", whole if any(_fits(name, whole(each)) for each in active) else parts)


def property_named(properties: Mapping[str, Property], name: str) -> Property:
    if name in properties:
        return properties[name]
    shown = [each for each in properties.values() if not each.hidden]
    near = get_close_matches(name.casefold(), [each.label.casefold() for each in shown], _NEAR, 0.5)
    known = [each for each in shown if each.label.casefold() in near]
    return _one(name, list(properties.values()), "property", "Near ones are", lambda each: (each.name, each.label), known)


def _one(
    name: str,
    all: Sequence[T],
    what: str,
    are: str,
    names: Callable[[T], tuple[str, ...]],
    told: Sequence[T] | None = None,
    where: str = "HubSpot",
) -> T:
    """By its own id, or else by any of its names in any case. Raises Refused with the names there are."""
    exact = [each for each in all if names(each)[0] == name]
    found = exact or [each for each in all if _fits(name, names(each))]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(names(each)[0] for each in found)
        raise Refused(f"There is more than one {what} “{name}” in {where}. Say which one by its id: {ids}.")
    labels = list(dict.fromkeys(names(each)[1] for each in (all if told is None else told)))
    more = f" and {len(labels) - _TOLD} more" if len(labels) > _TOLD else ""
    known = f" {are}: {', '.join(labels[:_TOLD])}{more}." if labels else ""
    raise Refused(f"There is no {what} “{name}” in {where}.{known}")


def _fits(name: str, names: Iterable[str]) -> bool:
    wanted = " ".join(name.casefold().split())
    return wanted in (" ".join(each.casefold().split()) for each in names)
