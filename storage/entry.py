"""What is noted for good: one call, one decision."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """No secrets are in it, and its texts are cut off where they are long: both is up to who makes it."""

    id: str  # of the delivery, or a token
    kind: str  # "call", "decision", "repeat" (the same delivery came again), "page" (something done on a page), "pruned"
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


PRUNED = "pruned"
"""The kind of a row that speaks for what was removed before the chain's first row."""


def repeat_of(key: str, kind: str, conversation: str, at: float) -> Entry:
    """What is noted of a delivery that came again: nothing was done about it, and nobody has looked who sent it."""
    return Entry(f"repeat:{key}", "repeat", at, "", "", kind, conversation, "", "", "", "", "repeated", "")


def pruning_of(number: int, hash: str, at: float) -> Entry:
    """What is noted of having removed the oldest rows, up to the one with this number and hash."""
    said = f"Rows up to number {number} were removed: they were older than they are kept."
    return Entry(f"{PRUNED}:{number}", PRUNED, at, "", "", "", "", "", "", "", "", "done", said, removed(number, hash))


def removed(number: int, hash: str) -> str:
    """As `record` tells it which row was the last that was removed."""
    return f"{number} {hash}"
