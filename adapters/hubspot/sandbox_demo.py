"""What a new account finds: a small CRM, the same for everybody."""

from datetime import datetime, timedelta

from adapters.hubspot import asking
from adapters.hubspot.kinds import COMPANY, CONTACT, DEAL, TICKET, Kind
from adapters.hubspot.record import Related
from adapters.hubspot.sandbox_setup import OWNERS, PIPELINES, stages_of
from adapters.hubspot.sandbox_store import Entry, Store

_COMPANIES = (
    ("Analytical Engines", "analytical.example", "London", "COMPUTER_SOFTWARE"),
    ("Navy Code", "navycode.example", "Arlington", "COMPUTER_SOFTWARE"),
    ("Orbital Mechanics", "orbital.example", "Hampton", "AEROSPACE"),
)
_CONTACTS = (
    ("Ada", "Lovelace", "ada@analytical.example", "Analyst", "opportunity"),
    ("Grace", "Hopper", "grace@navycode.example", "Rear Admiral", "customer"),
    ("Alan", "Turing", "alan@bletchley.example", "Cryptanalyst", "customer"),
    ("Katherine", "Johnson", "katherine@orbital.example", "Mathematician", "lead"),
    ("Hedy", "Lamarr", "hedy@spread.example", "Inventor", "lead"),
)
_DEALS = (  # name, amount, currency, stage, whose, who buys, days until it closes
    ("Analytical Engines – Renewal", "12500", "EUR", "Qualified to buy", "Olivia", "Ada", 30),
    ("Navy Code – Compiler licences", "48000", "USD", "Contract sent", "Sam", "Grace", 12),
    ("Bletchley – Training", "3500", "EUR", "Closed won", "Sam", "Alan", -20),
    ("Spread Spectrum – Workshop", "", "", "Presentation scheduled", "Olivia", "Hedy", 45),
    ("Orbital – Reseller agreement", "20000", "EUR", "Talking", "Olivia", "Katherine", 90),
    ("Orbital – Pilot", "9000", "EUR", "Appointment scheduled", "Sam", "Katherine", 60),
)
_TICKETS = (
    ("Login fails after update", "Since Friday nobody gets in.", "HIGH", "New", "Ada"),
    ("Invoice has the wrong address", "It went to Arlington, Texas.", "MEDIUM", "Waiting on us", "Grace"),
    ("How do I export?", "Answered with a link.", "LOW", "Closed", "Hedy"),
)


def fill(store: Store, now: datetime) -> None:
    """The later something stands here, the newer it is."""
    add = _Adding(store, now - timedelta(days=40))
    for name, domain, city, industry in _COMPANIES:
        add(COMPANY, {"name": name, "domain": domain, "city": city, "industry": industry, "lifecyclestage": "customer"})
    for first, last, email, job, stage in _CONTACTS:
        told = {"firstname": first, "lastname": last, "email": email, "jobtitle": job, "lifecyclestage": stage}
        add(CONTACT, {**told, "hubspot_owner_id": OWNERS[0][0]}, add.companies(email))
    for name, amount, currency, stage, owner, buyer, days in _DEALS:
        closes = (now + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
        told = {"dealname": name, "amount": amount, "deal_currency_code": currency, "closedate": closes}
        add(DEAL, {**told, **_standing(DEAL, stage), **_owned(owner)}, add.around(buyer))
    for subject, content, priority, stage, who in _TICKETS:
        told = {"subject": subject, "content": content, "hs_ticket_priority": priority}
        add(TICKET, {**told, **_standing(TICKET, stage), **_owned("Tara")}, add.around(who))
    store.changes = 0


class _Adding:
    def __init__(self, store: Store, since: datetime) -> None:
        self._store = store
        self._at = since

    def __call__(self, kind: Kind, values: dict[str, str], linked: list[Entry] | None = None) -> None:
        self._at += timedelta(hours=7)
        related = [Related(each.kind.name, each.id, "", "") for each in linked or ()]
        given = {name: value for name, value in values.items() if value}
        self._store.create(kind, given, asking.creation(kind, {}, related)["associations"], self._at)

    def companies(self, email: str) -> list[Entry]:
        domain = email.partition("@")[2]
        return [each for each in self._store.entries(COMPANY) if each.properties["domain"] == domain]

    def around(self, first_name: str) -> list[Entry]:
        """A contact and their company."""
        [contact] = [each for each in self._store.entries(CONTACT) if each.properties["firstname"] == first_name]
        return [contact, *self.companies(contact.properties["email"])]


def _standing(kind: Kind, label: str) -> dict[str, str]:
    for pipeline in PIPELINES[kind.path]:
        for stage, name in stages_of(kind.path, pipeline).items():
            if name == label:
                return {kind.pipeline: pipeline, kind.stage: stage}
    raise ValueError(label)


def _owned(first_name: str) -> dict[str, str]:
    return {"hubspot_owner_id": next(id for id, first, _ in OWNERS if first == first_name)}
