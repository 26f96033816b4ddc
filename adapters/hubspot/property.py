"""Properties: what can be known of a record, and how values are told and written.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One of the values that a property can have."""

    value: str
    label: str


@dataclass(frozen=True)
class Property:
    """A property's definition. `name` is its own, `label` what people see.

    `type` is HubSpot's: string, number, date, datetime, enumeration, bool, phone_number. `many`: several choices at once.
    `owner`: its value is an owner. `read_only`: HubSpot sets it itself. `unique`: no two records have the same value.
    """

    name: str
    label: str
    type: str
    choices: tuple[Choice, ...] = ()
    many: bool = False
    owner: bool = False
    read_only: bool = False
    hidden: bool = False
    unique: bool = False

    @property
    def is_time(self) -> bool:
        """Whether its values are days, or moments."""
        return self.type in ("date", "datetime")
