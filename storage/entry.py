"""What is noted for good: one call, one decision."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """No secrets are in it, and its texts are cut off where they are long: both is up to who makes it."""

    id: str  # of the delivery, or a token
    kind: str  # "call", "decision", "repeat" (the same delivery came again), "page" (something done on a page)
    at: float  # seconds since the epoch
    actor: str  # their key, "platform:tenant:user"; empty where nobody is known
    name: str  # theirs, for people to read
    via: str
    conversation: str  # as the platform calls it
    command: str
    arguments: str  # as JSON
    account: str  # as whom, at which service: "Google Calendar: ada@acme.test"; empty where no service was needed
    confirmed_by: str  # the key of who did; empty where nobody had to
    outcome: str
    said: str  # how the answer began
    record: str = ""  # the service's id of what was written
    number: int = 0  # its place in the chain, from 1, without gaps; 0 before it is written


def repeat_of(key: str, kind: str, conversation: str, at: float) -> Entry:
    """What is noted of a delivery that came again: nothing was done about it, and nobody has looked who sent it."""
    return Entry(f"repeat:{key}", "repeat", at, "", "", kind, conversation, "", "", "", "", "repeated", "")
