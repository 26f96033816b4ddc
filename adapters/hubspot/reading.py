"""HubSpot's records as our nouns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from adapters.hubspot.definitions import Definitions
from adapters.hubspot.kinds import FOUND, KINDS, Kind
from adapters.hubspot.record import Account, Fact, Money, Record
from adapters.hubspot.text import as_text
from adapters.hubspot.value import kept, shown

_PAGES = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.hubspot\.com")  # where people look at records
_HTML = ("hs_note_body", "hs_task_body")


@dataclass(frozen=True)
class Reading:
    """Reads records of one kind, as that account defines them, in the asker's zone."""

    kind: Kind
    definitions: Definitions
    zone: ZoneInfo

    def records(self, answer: Any) -> list[Record]:
        return [self.record(each) for each in answer.results]

    def record(self, answer: Any) -> Record:
        """Without `related`. Raises ValueError where it is none: of what an answer lacks, the library says nothing."""
        if not answer.id or not answer.properties:
            raise ValueError
        values = self._values(answer.properties)
        stage = self.definitions.stages.get((values.get(self.kind.pipeline, ""), values.get(self.kind.stage, "")))
        return Record(
            self.kind.name,
            answer.id,
            title_of(self.kind, answer.id, values),
            address(self.kind, answer.id, self.definitions.account),
            tuple(self._facts(values)),
            self._owner(values.get("hubspot_owner_id", "")),
            stage.pipeline_label if stage else values.get(self.kind.pipeline, ""),
            stage.label if stage else values.get(self.kind.stage, ""),
            self._money(values),
            _utc(answer.created_at),
            values=values,
        )

    def _values(self, properties: Mapping[str, str | None]) -> dict[str, str]:
        defined = self.definitions.properties
        return {name: kept(defined.get(name), value) for name, value in properties.items() if value}

    def _facts(self, values: Mapping[str, str]) -> Iterable[Fact]:
        for name in self.kind.facts:
            property = self.definitions.properties.get(name)
            if property and (value := values.get(name)):
                told = shown(property, value, (), self.zone)
                yield Fact(property.label, as_text(told) if name in _HTML else told)

    def _owner(self, id: str) -> str:
        owner = self.definitions.owners.get(id)
        return owner.name if owner else id

    def _money(self, values: Mapping[str, str]) -> Money | None:
        currency = values.get("deal_currency_code") or self.definitions.account.currency
        try:
            return Money(Decimal(values[self.kind.amount]), currency)
        except (LookupError, InvalidOperation):
            return None


def title_of(kind: Kind, id: str, values: Mapping[str, str | None]) -> str:
    """What people call it, as plain text."""
    named = " ".join(filter(None, (values.get(name) for name in kind.title)))
    title = as_text(named) if kind.name == "note" else " ".join(named.split())
    return title or values.get("email") or values.get("domain") or f"{kind.name} {id}"


def address(kind: Kind, id: str, account: Account) -> str:
    """Its page in HubSpot. Notes and tasks have none of their own."""
    if kind.name not in FOUND or not (account.portal.isdigit() and _PAGES.fullmatch(account.domain)):
        return ""
    return f"https://{account.domain}/contacts/{account.portal}/record/{kind.type_id}/{id}"


def links_of(answer: Any) -> dict[str, list[str]]:
    """The ids of what a record is linked to, by kind, each once however many labels its link has."""
    told = answer.associations or {}
    found = {kind: told.get(KINDS[kind].path) for kind in FOUND}
    return {kind: list(dict.fromkeys(each.id for each in links.results)) for kind, links in found.items() if links}


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
