"""The kinds of records that are read and written here: https://developers.hubspot.com/docs/guides/crm/understanding-the-crm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KindName = Literal["contact", "company", "deal", "ticket"]
"""What people search, look at and change. Notes and tasks are about one of them."""


@dataclass(frozen=True)
class Kind:
    """One type of object: how we and HubSpot call it, and which of its properties people care about, in their order."""

    name: str
    path: str  # in addresses, and as the name of associations
    type_id: str  # in addresses of HubSpot's pages
    title: tuple[str, ...]  # properties that make its name
    facts: tuple[str, ...]  # properties on its card, besides title, owner, pipeline, stage and amount
    created: str = "createdate"
    pipeline: str = ""
    stage: str = ""
    amount: str = ""

    @property
    def read(self) -> tuple[str, ...]:
        """All properties that are asked for."""
        more = (self.created, self.pipeline, self.stage, self.amount, "hubspot_owner_id")
        currency = ("deal_currency_code",) if self.amount else ()
        return tuple(dict.fromkeys(each for each in (*self.title, *self.facts, *more, *currency) if each))


CONTACT = Kind(
    name="contact",
    path="contacts",
    type_id="0-1",
    title=("firstname", "lastname"),
    facts=("email", "phone", "jobtitle", "company", "lifecyclestage", "hs_lead_status", "city"),
)
COMPANY = Kind(
    name="company",
    path="companies",
    type_id="0-2",
    title=("name",),
    facts=("domain", "industry", "phone", "city", "country", "numberofemployees", "annualrevenue", "lifecyclestage"),
)
DEAL = Kind(
    name="deal",
    path="deals",
    type_id="0-3",
    title=("dealname",),
    facts=("closedate", "dealtype", "hs_priority", "description"),
    pipeline="pipeline",
    stage="dealstage",
    amount="amount",
)
TICKET = Kind(
    name="ticket",
    path="tickets",
    type_id="0-5",
    title=("subject",),
    facts=("content", "hs_ticket_priority", "hs_ticket_category", "createdate"),
    pipeline="hs_pipeline",
    stage="hs_pipeline_stage",
)
NOTE = Kind(
    name="note",
    path="notes",
    type_id="0-46",
    title=("hs_note_body",),
    facts=("hs_timestamp",),
    created="hs_createdate",
)
TASK = Kind(
    name="task",
    path="tasks",
    type_id="0-27",
    title=("hs_task_subject",),
    facts=("hs_timestamp", "hs_task_body", "hs_task_status", "hs_task_priority"),
    created="hs_createdate",
)
KINDS: Mapping[str, Kind] = {each.name: each for each in (CONTACT, COMPANY, DEAL, TICKET, NOTE, TASK)}
FOUND: tuple[KindName, ...] = ("contact", "company", "deal", "ticket")
"""What `find` goes through, in this order."""

# https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide#association-type-id-values
LINKS: Mapping[tuple[str, str], int] = {
    ("contact", "company"): 279,
    ("contact", "deal"): 4,
    ("contact", "ticket"): 15,
    ("company", "contact"): 280,
    ("company", "deal"): 342,
    ("company", "ticket"): 340,
    ("deal", "contact"): 3,
    ("deal", "company"): 341,
    ("deal", "ticket"): 27,
    ("ticket", "contact"): 16,
    ("ticket", "company"): 339,
    ("ticket", "deal"): 28,
    ("note", "contact"): 202,
    ("note", "company"): 190,
    ("note", "deal"): 214,
    ("note", "ticket"): 228,
    ("task", "contact"): 204,
    ("task", "company"): 192,
    ("task", "deal"): 216,
    ("task", "ticket"): 230,
}
"""From what to what: the id of HubSpot's own, unlabelled association."""
