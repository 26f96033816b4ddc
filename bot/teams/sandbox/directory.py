"""The made-up organisation: who is there, and where they talk."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

TENANT, OTHER_TENANT = "7e57a0c1-5a0d-4b0c-9a3e-7ea0501d0001", "7e57a0c1-5a0d-4b0c-9a3e-7ea0501d0002"
APP_ID, BOT_NAME = "1a7e4ac7-b07a-4c0d-8b5e-5a0db0c50001", "Interact"
BOT = f"28:{APP_ID}"
ADA, GRACE = "ada00000-1815-4210-8000-00000000000a", "9ace0000-1906-4120-8000-00000000000b"
GUEST, STRANGER = "90e50000-2000-4010-8000-00000000000c", "57a09e00-2001-4020-8000-00000000000d"
TEAM = GENERAL = "19:6e0a1team0general0000000000000001@thread.tacv2"  # a team bears the id of its General channel
TEAM_GROUP = "7ea30000-4a0d-4b0c-9a3e-00000000000e"  # the team's group in Entra
RANDOM = "19:6e0a1team0random00000000000000002@thread.tacv2"
GROUP = "19:6e0a1chat0group000000000000000003@thread.v2"
TEAM_NAME = "Sandbox"

_THREAD = ";messageid="


@dataclass(frozen=True)
class Person:
    """Somebody. `object_id` is the id in Entra, `id` the one that is meant for this bot alone; `zone` is an IANA name."""

    object_id: str
    id: str
    name: str
    email: str
    zone: str
    tenant: str = TENANT
    role: str = "user"


@dataclass(frozen=True)
class Conversation:
    """Where people talk: `type` is "personal", "groupChat" or "channel". `home` is what the bot is installed in."""

    id: str
    name: str
    type: str
    members: tuple[str, ...]
    home: str
    tenant: str = TENANT

    @property
    def graph_id(self) -> str:
        """Its id in Graph, which knows a person's chat with the bot by another name."""
        return f"19:{self.members[0]}_{APP_ID}@unq.gbl.spaces" if self.type == "personal" else self.id


def _person(object_id: str, name: str, zone: str, **more: str) -> Person:
    email = f"{name.split()[0].lower()}@{'other' if more.get('tenant') else 'sandbox'}.example"
    return Person(object_id, f"29:1{_opaque(object_id)}", name, email, zone, **more)


def _opaque(seed: str) -> str:
    """An id that says nothing, and is the same after a restart: the bot remembers those that it was told."""
    return urlsafe_b64encode(sha256(seed.encode()).digest()).decode().rstrip("=")


def _chat(person: Person) -> Conversation:
    id = f"a:1{_opaque(f'{person.object_id} {APP_ID}')}"
    return Conversation(id, person.name, "personal", (person.object_id,), id, person.tenant)


PEOPLE = (
    _person(ADA, "Ada Lovelace", "Europe/London"),
    _person(GRACE, "Grace Hopper", "America/New_York"),
    _person(GUEST, "Gus Guest", "Asia/Tokyo", role="guest"),
    _person(STRANGER, "Sid Stranger", "Europe/Paris", tenant=OTHER_TENANT),
)


_EVERYBODY = (ADA, GRACE, GUEST)
CONVERSATIONS = (
    Conversation(GENERAL, "General", "channel", _EVERYBODY, TEAM),
    Conversation(RANDOM, "Random", "channel", _EVERYBODY, TEAM),
    Conversation(GROUP, "Three of us", "groupChat", _EVERYBODY, GROUP),
    *map(_chat, PEOPLE),
)


def thread_of(conversation: str) -> str:
    """The message that began the thread which a conversation's id names, if it does."""
    return conversation.partition(_THREAD)[2]


def without_thread(conversation: str) -> str:
    return conversation.partition(_THREAD)[0]


def with_thread(conversation: str, thread: str) -> str:
    return f"{conversation}{_THREAD}{thread}" if thread else conversation
