"""One workspace of the stand-in: pages, databases and blocks in each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.notion import sandbox_markdown, sandbox_values
from adapters.notion.sandbox_errors import invalid, missing
from adapters.notion.sandbox_ids import canonical, id_of
from adapters.notion.sandbox_markdown import Draft
from adapters.notion.sandbox_rich_text import plain, text

Json = dict[str, Any]
_MOST_BLOCKS, _MOST_BYTES = 1000, 500_000
_IN_TRASH = "Can't edit block that is archived. You must unarchive the block before editing."
TITLE: Json = {"id": "title", "name": "title", "type": "title", "title": {}}


@dataclass
class Node:
    """A page, a database, its data source, or a block: `kind` says which. `body` is what it holds; of pages, its values."""

    id: str
    kind: str
    type: str
    parent: "Node | None"
    body: Json
    author: str
    created: datetime
    edited: datetime
    in_trash: bool = False
    children: list["Node"] = field(default_factory=list)

    @property
    def is_gone(self) -> bool:
        """In the trash, or in something that is."""
        return self.in_trash or (self.parent is not None and self.parent.is_gone)

    @property
    def title(self) -> str:
        if self.kind != "page":
            return plain(self.body.get("title", []))
        return next((plain(self.body["values"][name]) for name, each in self.columns.items() if each["type"] == "title"), "")

    @property
    def columns(self) -> dict[str, Json]:
        """Of a page: what it has values of."""
        if self.kind == "data_source":
            return self.body["columns"]  # type: ignore[no-any-return]  # as it was put there
        in_table = self.parent is not None and self.parent.kind == "data_source"
        return self.parent.columns if in_table and self.parent else {"title": TITLE}


class Workspace:
    """Who is in it, and all that is there. `changes` counts what was changed; ids are the same in every run."""

    def __init__(self, account: str, people: Sequence[Json], bot: Json, now: Callable[[], datetime]) -> None:
        self.account = account
        self.people = {each["id"]: each for each in people}
        self.bot = bot
        self.now = now
        self.changes = 0
        self.author = bot["id"]  # of what is written next
        self._nodes: dict[str, Node] = {}
        self._made = 0

    @property
    def users(self) -> list[Json]:
        return [*self.people.values(), self.bot]

    def all(self, *kinds: str) -> list[Node]:
        """Newest first."""
        return [each for each in reversed(self._nodes.values()) if each.kind in kinds]

    def get(self, id: str, *kinds: str) -> Node:
        """Raises a 404, and a 400 for what is of another kind."""
        found = self._nodes.get(canonical(id))
        if not canonical(id):
            raise invalid(f"path failed validation: path.{kinds[0]}_id should be a valid uuid, instead was `“{id[:80]}”`.")
        if found is None or (found.kind == "block" and "block" not in kinds):
            raise missing(kinds[0], id)
        if found.kind not in kinds:
            raise invalid(f"Provided ID {id} is a {found.kind}, not a {kinds[0]}.")
        return found

    def open(self, id: str, *kinds: str) -> Node:
        """The same of what is to be changed. Raises a 400 where it is in the trash."""
        found = self.get(id, *kinds)
        if found.is_gone:
            raise invalid(_IN_TRASH)
        return found

    def add(self, kind: str, type: str, parent: Node | None, body: Json) -> Node:
        """At the end of what is in its parent."""
        self._made += 1
        node = Node(id_of(f"{self.account} {self._made}"), kind, type, parent, body, self.author, self.now(), self.now())
        self._nodes[node.id] = node
        if parent:
            parent.children.append(node)
        return node

    def add_page(self, parent: Node | None, values: Json, icon: str = "") -> Node:
        """A page, or a row. Raises a 400."""
        columns = parent.columns if parent and parent.kind == "data_source" else {"title": TITLE}
        accepted = sandbox_values.accepted(values, columns, self.people)
        filled = {name: accepted.get(name, sandbox_values.empty(each)) for name, each in columns.items()}
        return self.add("page", "child_page", parent, {"values": filled, "icon": icon})

    def write(self, page: Node, found: Sequence[Draft]) -> None:
        """Puts blocks at the end."""
        for each in found:
            self.write(self.add("block", each.type, page, each.body), each.children)
        self.touch(page)

    def touch(self, node: Node) -> None:
        """It was edited, and so was the page that it is on."""
        node.edited = self.now()
        if node.kind == "block" and node.parent:
            self.touch(node.parent)


def titled(title: str) -> Json:
    """The values of a page of that title."""
    return {"title": {"title": [text(title)] if title else []}}


def checked(markdown: object) -> list[Draft]:
    """The blocks of a request. Raises a 400 for more than Notion takes at once."""
    if not isinstance(markdown, str):
        raise invalid("body failed validation: body.markdown should be a string.")
    found = sandbox_markdown.drafts(markdown)
    if sandbox_markdown.count(found) > _MOST_BLOCKS or len(markdown.encode()) > _MOST_BYTES:
        raise invalid(f"body failed validation: body.markdown should be ≤ `{_MOST_BLOCKS}` blocks and `{_MOST_BYTES}` bytes.")
    return found


def markdown(node: Node) -> str:
    """What stands on a page, or in a block."""
    return "\n".join(_lines(node))


def _lines(node: Node) -> Iterator[str]:
    number = 0
    for each in node.children:
        if each.in_trash:
            continue
        number = number + 1 if each.type == "numbered_list_item" else 0
        if each.kind == "block":
            yield from sandbox_markdown.lines(each.type, each.body, _lines(each), number)
        else:
            tag = "page" if each.kind == "page" else "database"
            yield f'<{tag} url="{url(each)}">{each.title}</{tag}>'


def url(node: Node) -> str:
    words = "-".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in node.title).split())
    return f"https://www.notion.so/{words}{'-' if words else ''}{node.id.replace('-', '')}"
