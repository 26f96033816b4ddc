"""Values of properties: as HubSpot keeps them, as people write them, and as they are shown.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide#property-type-and-fieldtype-values
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.errors import Refused
from adapters.hubspot.definitions import owner_named
from adapters.hubspot.property import Property
from adapters.hubspot.record import Owner

LONGEST = 65_536  # characters of a text
_MOVED = ("pipeline", "dealstage", "hs_pipeline", "hs_pipeline_stage")
_DAYS = ("closedate",)  # moments of which people see only the day
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


def kept(property: Property | None, value: str) -> str:
    """A value of HubSpot's, spelled the one way in which equal ones are equal."""
    try:
        match property.type if property else "":
            case "number":
                return _number(value) if value else ""
            case "date":
                return _day(value).isoformat() if value else ""
            case "datetime":
                return rfc3339(_moment(value, UTC)) if value else ""
    except (ValueError, ArithmeticError):
        pass
    return value


def written(property: Property, text: str, owners: Iterable[Owner], zone: ZoneInfo) -> str:
    """What a person typed, or HubSpot keeps, as `kept` gives it. "" empties it. Raises Refused, which says what fits."""
    if property.name in _MOVED:
        raise Refused(f"To change the {property.label.lower()}, use “hubspot move”.")
    if property.read_only:
        raise Refused(f"HubSpot sets “{property.label}” itself.")
    if not text:
        return ""
    if property.owner:
        return owner_named(owners, text).id
    try:
        return _written(property, text, zone)
    except (ValueError, ArithmeticError):
        raise Refused(f"“{text}” does not fit “{property.label}”. {_fitting(property)}") from None


def shown(property: Property, value: str, owners: Iterable[Owner], zone: ZoneInfo) -> str:
    """For people: labels and names for ids, times in their zone."""
    if not value:
        return ""
    if property.owner:
        return next((each.name for each in owners if each.id == value), value)
    try:
        return _shown(property, value, zone)
    except ValueError:
        return value


def rfc3339(moment: datetime) -> str:
    """As HubSpot writes it."""
    told = moment.astimezone(UTC)
    return told.isoformat(timespec="milliseconds" if told.microsecond else "seconds").replace("+00:00", "Z")


def _written(property: Property, text: str, zone: ZoneInfo) -> str:
    match property.type:
        case "number":
            return _number(text)
        case "date":
            return _day(text).isoformat()
        case "datetime":
            return rfc3339(_moment(text, zone))
        case "bool":
            return "true" if _yes(text) else "false"
        case "enumeration" if property.choices:
            return ";".join(_choice(property, each) for each in _parts(property, text))
    if len(text) > LONGEST:
        raise Refused(f"“{property.label}” takes at most {LONGEST:,} letters.")
    return text.lower() if property.name == "email" else text


def _shown(property: Property, value: str, zone: ZoneInfo) -> str:
    labels = {each.value: each.label for each in property.choices}
    match property.type:
        case "date":
            return f"{_day(value):%-d %B %Y}"
        case "datetime":
            moment = _moment(value, UTC).astimezone(zone)
            return f"{moment:%-d %B %Y}" if property.name in _DAYS or moment.time() == time() else f"{moment:%-d %B %Y, %H:%M}"
        case "bool":
            return labels.get(value) or ("yes" if _yes(value) else "no")
        case "enumeration":
            return ", ".join(labels.get(each, each) for each in (value.split(";") if property.many else [value]))
    return value


def _number(text: str) -> str:
    number = Decimal(text.replace(" ", ""))
    if not number.is_finite() or number.adjusted() > 30:
        raise ValueError
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _day(text: str) -> date:
    return _moment(text, UTC).date() if text.isdigit() or "T" in text else date.fromisoformat(text)


def _moment(text: str, zone: tzinfo) -> datetime:
    """Also milliseconds since 1970, as HubSpot takes them. Where no zone is told, it is in `zone`."""
    try:
        if text.isdigit() and len(text) > 10:
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (OverflowError, OSError):  # a time that no calendar has
        raise ValueError from None


def _yes(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise ValueError


def _parts(property: Property, text: str) -> list[str]:
    """Several choices are parted by semicolons; commas may be part of a label."""
    return [each.strip() for each in text.split(";") if each.strip()] if property.many else [text]


def _choice(property: Property, text: str) -> str:
    exact = (each.value for each in property.choices if each.value == text)
    by_label = (each.value for each in property.choices if text.casefold() in (each.label.casefold(), each.value.casefold()))
    found = next(exact, None) or next(by_label, None)
    if found is None:
        raise ValueError
    return found


def _fitting(property: Property) -> str:
    match property.type:
        case "number":
            return "Try a number, like 12500 or 0.5."
        case "date":
            return "Try a day, like friday or 2026-12-24."
        case "datetime":
            return "Try a day or a time, like friday, 2026-12-24 or 2026-12-24T15:00."
        case "bool":
            return "Say yes or no."
    return f"It can be: {', '.join(each.label for each in property.choices)}."
