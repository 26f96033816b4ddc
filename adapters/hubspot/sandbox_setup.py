"""How an account of the stand-in is set up: its properties, pipelines and owners."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_LONG_AGO = "2024-01-15T09:00:00Z"
OWNERS = (("71", "Olivia", "Owens"), ("72", "Sam", "Sellers"), ("73", "Tara", "Tickets"))
LEFT = (("74", "Greta", "Gone"),)  # owners whose accounts were taken away
LIFECYCLE = "subscriber:Subscriber lead:Lead opportunity:Opportunity customer:Customer evangelist:Evangelist"
_PRIORITY = "low:Low medium:Medium high:High"
_URGENCY = "LOW:Low MEDIUM:Medium HIGH:High URGENT:Urgent"


@dataclass(frozen=True)
class Definition:
    """A property. `options` is as in "lead:Lead customer:Customer"."""

    name: str
    label: str
    type: str = "string"
    options: str = ""
    field: str = "text"
    read_only: bool = False
    unique: bool = False
    owner: bool = False

    @property
    def choices(self) -> dict[str, str]:
        parts = (each.partition(":") for each in self.options.split())
        return {value: label for value, _, label in parts}


_EVERY = (
    Definition("hubspot_owner_id", "Owner", "enumeration", field="select", owner=True),
    Definition("hs_object_id", "Record ID", "number", read_only=True),
    Definition("hs_lastmodifieddate", "Last Modified Date", "datetime", field="date", read_only=True),
    Definition("hs_unique_creation_key", "Unique creation key", unique=True),
)
_CREATED = Definition("createdate", "Create Date", "datetime", field="date", read_only=True)
_NOTED = Definition("hs_createdate", "Create Date", "datetime", field="date", read_only=True)
_WHEN = Definition("hs_timestamp", "Activity date", "datetime", field="date")
_STAGE = Definition("lifecyclestage", "Lifecycle Stage", "enumeration", LIFECYCLE, "radio")
PROPERTIES: dict[str, tuple[Definition, ...]] = {
    "contacts": (
        *_EVERY,
        _CREATED,
        _STAGE,
        Definition("email", "Email", unique=True),
        Definition("firstname", "First Name"),
        Definition("lastname", "Last Name"),
        Definition("phone", "Phone Number"),
        Definition("jobtitle", "Job Title"),
        Definition("company", "Company Name"),
        Definition("city", "City"),
        Definition("hs_lead_status", "Lead Status", "enumeration", "NEW:New OPEN:Open", "radio"),
        Definition("hs_email_optout", "Unsubscribed from all email", "bool", "true:Yes false:No", "booleancheckbox"),
        Definition("date_of_birth", "Date of birth"),
        Definition("hs_buying_role", "Buying Role", "enumeration", "BUDGET_HOLDER:Budget CHAMPION:Champion", "checkbox"),
    ),
    "companies": (
        *_EVERY,
        _CREATED,
        _STAGE,
        Definition("name", "Company name"),
        Definition("domain", "Company Domain Name"),
        Definition("industry", "Industry", "enumeration", "COMPUTER_SOFTWARE:Software AEROSPACE:Aerospace", "select"),
        Definition("phone", "Phone Number"),
        Definition("city", "City"),
        Definition("country", "Country/Region"),
        Definition("numberofemployees", "Number of Employees", "number", field="number"),
        Definition("annualrevenue", "Annual Revenue", "number", field="number"),
    ),
    "deals": (
        *_EVERY,
        _CREATED,
        Definition("dealname", "Deal Name"),
        Definition("amount", "Amount", "number", field="number"),
        Definition("deal_currency_code", "Currency", "enumeration", "EUR:EUR USD:USD", "select"),
        Definition("pipeline", "Pipeline", "enumeration", field="select"),
        Definition("dealstage", "Deal Stage", "enumeration", field="radio"),
        Definition("closedate", "Close Date", "datetime", field="date"),
        Definition("dealtype", "Deal Type", "enumeration", "newbusiness:New existingbusiness:Existing", "radio"),
        Definition("hs_priority", "Priority", "enumeration", _PRIORITY, "select"),
        Definition("description", "Deal Description", field="textarea"),
        Definition("start_date", "Start date", "date", field="date"),
        Definition("hs_forecast_amount", "Forecast amount", "number", read_only=True),
    ),
    "tickets": (
        *_EVERY,
        _CREATED,
        Definition("subject", "Ticket name"),
        Definition("content", "Ticket description", field="textarea"),
        Definition("hs_pipeline", "Pipeline", "enumeration", field="select"),
        Definition("hs_pipeline_stage", "Ticket status", "enumeration", field="select"),
        Definition("hs_ticket_priority", "Priority", "enumeration", _URGENCY, "select"),
        Definition("hs_ticket_category", "Category", "enumeration", "PRODUCT_ISSUE:Product BILLING_ISSUE:Billing", "checkbox"),
    ),
    "notes": (*_EVERY, _NOTED, _WHEN, Definition("hs_note_body", "Note body", field="html")),
    "tasks": (
        *_EVERY,
        _NOTED,
        _WHEN,
        Definition("hs_task_subject", "Task Title"),
        Definition("hs_task_body", "Task Notes", field="html"),
        Definition("hs_task_status", "Task Status", "enumeration", "NOT_STARTED:Open COMPLETED:Completed", "select"),
        Definition("hs_task_priority", "Priority", "enumeration", "NONE:None LOW:Low MEDIUM:Medium HIGH:High", "select"),
        Definition("hs_task_type", "Task Type", "enumeration", "TODO:To-do CALL:Call EMAIL:Email", "select"),
    ),
}
PIPELINES: dict[str, dict[str, tuple[str, str]]] = {  # by its id: label, and stages
    "deals": {
        "default": (
            "Sales",
            "appointmentscheduled:Appointment scheduled,qualifiedtobuy:Qualified to buy,presentationscheduled:Presentation "
            "scheduled,contractsent:Contract sent,closedwon:Closed won,closedlost:Closed lost",
        ),
        "8401": ("Partners", "84011:Talking,84012:Signed,84013:Dropped"),
    },
    "tickets": {"0": ("Support", "1:New,2:Waiting on contact,3:Waiting on us,4:Closed")},
}
_CLOSED = ("closedwon", "closedlost", "84012", "84013", "4")


def stages_of(type: str, pipeline: str) -> dict[str, str]:
    """Labels by id, in their order; empty where there is no such pipeline."""
    _, stages = PIPELINES.get(type, {}).get(pipeline, ("", ""))
    pairs = (each.partition(":") for each in stages.split(",") if each)
    return {id: label for id, _, label in pairs}


def property_answers(type: str) -> list[Json]:
    return [_property(each, number) for number, each in enumerate(PROPERTIES[type])]


def pipeline_answers(type: str) -> list[Json]:
    return [_pipeline(type, id, number) for number, id in enumerate(PIPELINES.get(type, {}))]


def owner_answers(archived: bool) -> Iterator[Json]:
    for id, first, last in LEFT if archived else OWNERS:
        told = {"id": id, "email": f"{first.lower()}@acme.test", "type": "PERSON", "firstName": first, "lastName": last}
        yield {**told, "userId": 9000 + int(id), "archived": archived, "createdAt": _LONG_AGO, "updatedAt": _LONG_AGO}


def _property(of: Definition, number: int) -> Json:
    options = [
        {"label": label, "value": value, "displayOrder": order, "hidden": False, "description": ""}
        for order, (value, label) in enumerate(of.choices.items())
    ]
    may = {"archivable": False, "readOnlyDefinition": True, "readOnlyValue": of.read_only}
    told: Json = {"name": of.name, "label": of.label, "type": of.type, "fieldType": of.field, "options": options}
    told |= {"description": "", "groupName": "information", "displayOrder": number, "hasUniqueValue": of.unique}
    told |= {"hidden": of.name.startswith("hs_unique"), "calculated": False, "formField": False, "hubspotDefined": True}
    told |= {"modificationMetadata": may, "archived": False, "externalOptions": of.owner}
    return {**told, **({"referencedObjectType": "OWNER"} if of.owner else {})}


def _pipeline(type: str, id: str, number: int) -> Json:
    stages = [_stage(type, stage, label, order) for order, (stage, label) in enumerate(stages_of(type, id).items())]
    told = {"id": id, "label": PIPELINES[type][id][0], "displayOrder": number, "stages": stages}
    return {**told, "archived": False, "createdAt": _LONG_AGO, "updatedAt": _LONG_AGO}


def _stage(type: str, id: str, label: str, number: int) -> Json:
    closed = id in _CLOSED
    of_deals = {"isClosed": str(closed).lower(), "probability": "1.0" if id == "closedwon" else "0.0" if closed else "0.5"}
    metadata = of_deals if type == "deals" else {"ticketState": "CLOSED" if closed else "OPEN"}
    told = {
        "id": id,
        "label": label,
        "displayOrder": number,
        "metadata": metadata,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }
    return {**told, "archived": False, "createdAt": _LONG_AGO, "updatedAt": _LONG_AGO}
