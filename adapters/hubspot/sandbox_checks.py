"""What HubSpot refuses of a record: https://developers.hubspot.com/docs/api-reference/error-handling."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from adapters.hubspot.kinds import Kind
from adapters.hubspot.sandbox_setup import LIFECYCLE, OWNERS, PIPELINES, PROPERTIES, Definition, stages_of
from adapters.hubspot.value import LONGEST, rfc3339

Json = dict[str, Any]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_REQUIRED = {"notes": ("hs_timestamp",), "tasks": ("hs_timestamp",)}


def invalid(name: str, message: str, code: str) -> web.HTTPBadRequest:
    """What is wrong is told as JSON within the message, as HubSpot does."""
    told = {"isValid": False, "message": message, "error": code, "name": name}
    return web.HTTPBadRequest(text=f"Property values were not valid: [{json.dumps(told, separators=(',', ':'))}]")


def checked(kind: Kind, properties: Any, former: Mapping[str, str] | None = None, new: bool = False) -> dict[str, str]:
    """The values as they are kept."""
    if not isinstance(properties, dict) or not all(isinstance(each, str) for each in properties.values()):
        raise web.HTTPBadRequest(text="Invalid input JSON on line 1, column 1: properties must be a map of strings.")
    defined = {each.name: each for each in PROPERTIES[kind.path]}
    values = {name: _value(kind, defined.get(name), name, value) for name, value in properties.items()}
    missing = [name for name in _REQUIRED.get(kind.path, ()) if new and not values.get(name)]
    if missing:
        raise web.HTTPBadRequest(text=f"Some required properties were not set: {missing}")
    return {**values, **_standing(kind, {**(former or {}), **values})} if kind.pipeline else values


def onward(values: dict[str, str], former: Mapping[str, str]) -> dict[str, str]:
    """Without a lifecycle stage that is behind the former one: HubSpot leaves it as it is then, without a word."""
    stages = [each.partition(":")[0] for each in LIFECYCLE.split()]
    new, old = values.get("lifecyclestage", ""), former.get("lifecyclestage", "")
    back = new and old and stages.index(new) < stages.index(old)
    return {name: value for name, value in values.items() if not (back and name == "lifecyclestage")}


def _value(kind: Kind, of: Definition | None, name: str, value: str) -> str:
    if of is None:
        raise invalid(name, f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
    if of.read_only:
        raise invalid(name, f'"{name}" is a read only property; its value cannot be set.', "READ_ONLY_VALUE")
    if not value or name in (kind.pipeline, kind.stage):
        return value
    if len(value) > LONGEST:
        raise invalid(name, f"{name} is longer than {LONGEST} characters.", "PROPERTY_TOO_LONG")
    if of.owner and value not in {id for id, *_ in OWNERS}:
        raise invalid(name, f"{value} is not a valid owner.", "INVALID_OWNER_ID")
    return _typed(of, value)


def _typed(of: Definition, value: str) -> str:
    if of.name == "email":
        if not _ADDRESS.fullmatch(value):
            raise invalid("email", f"Email address {value} is invalid", "INVALID_EMAIL")
        return value.lower()
    match of.type:
        case "number":
            _number(of, value)
        case "datetime" | "date":
            return _time(of, value)
        case "enumeration" | "bool" if of.options:
            several = value.split(";") if of.field == "checkbox" else [value]
            if strange := [each for each in several if each not in of.choices]:
                allowed = ", ".join(of.choices)
                raise invalid(of.name, f"{strange[0]} was not one of the allowed options: [{allowed}]", "INVALID_OPTION")
    return value


def _number(of: Definition, value: str) -> None:
    try:
        Decimal(value)
    except InvalidOperation:
        raise invalid(of.name, f"{value} was not a valid number.", "INVALID_NUMBER") from None


def _time(of: Definition, value: str) -> str:
    try:
        moment = datetime.fromtimestamp(int(value) / 1000, UTC) if value.isdigit() else datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        raise invalid(of.name, f"{value} was not a valid {of.type}.", "INVALID_DATE") from None
    if of.type == "date":
        return f"{moment.date()}"
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _standing(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """The pipeline and the stage, by default the first ones."""
    pipeline = values.get(kind.pipeline) or next(iter(PIPELINES[kind.path]))
    stages = stages_of(kind.path, pipeline)
    if not stages:
        raise invalid(kind.pipeline, f"{pipeline} is not a valid pipeline ID", "INVALID_OPTION")
    stage = values.get(kind.stage) or next(iter(stages))
    if stage not in stages:
        raise invalid(kind.stage, f"{stage} was not one of the allowed options: [{', '.join(stages)}]", "INVALID_OPTION")
    return {kind.pipeline: pipeline, kind.stage: stage}
