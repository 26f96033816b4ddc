"""What is in a new workspace of the stand-in: some pages, two databases, three people."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from adapters.notion.sandbox_ids import id_of
from adapters.notion.sandbox_rich_text import parsed, text
from adapters.notion.sandbox_store import Node, Workspace, checked, titled
from adapters.notion.sandbox_values import new_option

Json = dict[str, Any]
_NAMES = {"ana": "Ana Lopez", "ada": "Ada Lovelace", "grace": "Grace Hopper", "tom": "Tom Weber", "lena": "Lena Fischer"}
_ONBOARDING = """Welcome! Your first week in short.
## Day one
- [x] Get a laptop
- [ ] Read the [runbook](https://wiki.acme.test/runbook)
- [ ] Meet **Tom** and *Lena*
## Set up
1. Clone the repository
2. Install what it needs:
\t- Python 3.11
\t- `uv`
```bash
uv sync
uv run pytest
```
> Ask early, ask often."""
_RUNBOOK = """## When something breaks
1. Say it in the channel
2. Find out who is affected
3. Fix it, or take it back
---
Write down what you did, **with times**."""
_SPRINT = """Goal: sign-in that never times out.
- Fix the login timeout
- Write the release notes"""
_TASKS = (  # title, status, priority, days until it is due, points, tags, owner, blocked, notes
    ("Fix login timeout", "In progress", "High", 2, 5, ("bug",), "tom", False, "Happens behind **slow** proxies"),
    ("Write release notes", "To do", "Medium", 4, 2, ("docs",), "ana", False, ""),
    ("Dark mode", "To do", "Low", 21, 8, ("feature",), "", False, "People ask for it"),
    ("Upgrade the database", "In progress", "High", 7, 3, (), "lena", True, "Waits for a maintenance window"),
    ("Remove old endpoints", "Done", "Low", -3, 1, ("bug", "docs"), "tom", False, ""),
    ("Search by date", "To do", "Medium", 14, 5, ("feature",), "ana", False, ""),
    ("Document the API", "In progress", "Medium", 9, 3, ("docs",), "ana", False, ""),
    ("Faster start", "Done", "High", -7, None, ("feature",), "lena", False, "Half of it was imports"),
)
_CONTACTS = (
    ("Lena Fischer", "lena@acme.test", "+49 30 5550 100", "Acme", "Partner", "https://acme.test"),
    ("Hugo Martin", "hugo@globex.test", "+33 1 5550 200", "Globex", "Customer", "https://globex.test"),
    ("Mia Rossi", "mia@initech.test", "+39 06 5550 300", "Initech", "Vendor", "https://initech.test"),
)


def workspace(account: str, now: Callable[[], datetime]) -> Workspace:
    """The account's own, filled. Who has the account, made all that is in it."""
    owner = _person(account if "@" in account else f"{account}@acme.test")
    others = [_person(f"{name}@acme.test") for name in ("ana", "tom", "lena")]
    people = [owner, *(each for each in others if each["id"] != owner["id"])]
    made = Workspace(account, people, _bot(account, owner), now)
    made.author = owner["id"]
    _fill(made, now())
    made.author, made.changes = made.bot["id"], 0
    return made


def _person(email: str) -> Json:
    name = email.partition("@")[0]
    told = {"object": "user", "id": id_of(f"person {email}"), "type": "person", "avatar_url": None}
    return {**told, "name": _NAMES.get(name, name.replace(".", " ").title()), "person": {"email": email}}


def _bot(account: str, owner: Json) -> Json:
    about = {"owner": {"type": "user", "user": owner}, "workspace_name": "Acme", "workspace_id": id_of("workspace Acme")}
    return {
        "object": "user",
        "id": id_of(f"bot {account}"),
        "type": "bot",
        "name": "Interact",
        "avatar_url": None,
        "bot": about,
    }


def _fill(workspace: Workspace, now: datetime) -> None:
    started = now - timedelta(days=9)
    wiki = _page(workspace, None, "Engineering wiki", "How we build things.", "📘")
    notes = _page(workspace, None, "Meeting notes", "")
    _page(workspace, None, "Ideas", "", "💡")
    _page(workspace, wiki, "Onboarding", _ONBOARDING)
    _page(workspace, wiki, "Incident runbook", _RUNBOOK, "🚨")
    _page(workspace, notes, "Sprint planning", _SPRINT)
    _page(workspace, notes, "Weekly notes", "- Met the new team")
    _page(workspace, wiki, "Weekly notes", "- Moved to the new cluster")
    tasks = _database(workspace, wiki, "Tasks", _task_columns())
    for row in _TASKS:
        workspace.add_page(tasks, _task(row, workspace, now))
    contacts = _database(workspace, None, "Contacts", _contact_columns())
    for contact in _CONTACTS:
        workspace.add_page(contacts, _contact(contact))
    for age, node in enumerate(workspace.all("page", "database", "data_source", "block")):
        node.created, node.edited = started, now - timedelta(hours=2 + age)


def _page(workspace: Workspace, parent: Node | None, title: str, content: str, icon: str = "") -> Node:
    page = workspace.add_page(parent, titled(title), icon)
    workspace.write(page, checked(content))
    return page


def _database(workspace: Workspace, parent: Node | None, title: str, columns: Sequence[Json]) -> Node:
    database = workspace.add("database", "child_database", parent, {"title": [text(title)]})
    body = {"title": [text(title)], "columns": {each["name"]: each for each in columns}}
    return workspace.add("data_source", "data_source", database, body)


def _column(name: str, type: str, *options: tuple[str, str]) -> Json:
    id = "title" if type == "title" else id_of(f"column {name}")[:4]
    inner: Json = {"options": [new_option(*each) for each in options]} if options else {}
    inner |= {"format": "number"} if type == "number" else {}
    inner |= {"groups": []} if type == "status" else {}
    return {"id": id, "name": name, "description": None, "type": type, type: inner}


def _task_columns() -> list[Json]:
    return [
        _column("Name", "title"),
        _column("Status", "status", ("To do", "default"), ("In progress", "blue"), ("Done", "green")),
        _column("Priority", "select", ("High", "red"), ("Medium", "yellow"), ("Low", "gray")),
        _column("Due", "date"),
        _column("Owner", "people"),
        _column("Points", "number"),
        _column("Tags", "multi_select", ("bug", "red"), ("feature", "green"), ("docs", "blue")),
        _column("Blocked", "checkbox"),
        _column("Notes", "rich_text"),
        _column("Link", "url"),
        _column("Created", "created_time"),
    ]


def _contact_columns() -> list[Json]:
    kinds = (("Customer", "green"), ("Partner", "blue"), ("Vendor", "gray"))
    typed = (("Email", "email"), ("Phone", "phone_number"), ("Company", "rich_text"))
    return [
        _column("Name", "title"),
        *(_column(*each) for each in typed),
        _column("Kind", "select", *kinds),
        _column("Website", "url"),
    ]


def _task(row: tuple[Any, ...], workspace: Workspace, now: datetime) -> Json:
    title, status, priority, days, points, tags, owner, blocked, notes = row
    owners = [each for each in workspace.people.values() if owner and each["name"] == _NAMES[owner]]
    return {
        "Name": {"title": [text(title)]},
        "Status": {"status": {"name": status}},
        "Priority": {"select": {"name": priority}},
        "Due": {"date": {"start": f"{now.date() + timedelta(days=days)}"}},
        "Owner": {"people": [{"id": each["id"]} for each in owners]},
        "Points": {"number": points},
        "Tags": {"multi_select": [{"name": each} for each in tags]},
        "Blocked": {"checkbox": blocked},
        "Notes": {"rich_text": parsed(notes)},
    }


def _contact(contact: tuple[str, ...]) -> Json:
    name, email, phone, company, kind, website = contact
    return {
        "Name": {"title": [text(name)]},
        "Email": {"email": email},
        "Phone": {"phone_number": phone},
        "Company": {"rich_text": [text(company)]},
        "Kind": {"select": {"name": kind}},
        "Website": {"url": website},
    }
