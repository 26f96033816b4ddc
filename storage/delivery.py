"""What comes out of the inbox: deliveries for the worker, records for operators."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """Something that arrived, claimed by this process: nobody else works on it, nor on its conversation."""

    key: str
    kind: str
    conversation: str
    payload: str
    received: float  # seconds since the epoch
    attempt: int  # 1 on the first
    fence: int  # rises with each claim
    intent: str  # what was decided to be sent, empty before


@dataclass(frozen=True)
class Record:
    """What operators see of a delivery, without what people wrote. Times are seconds since the epoch, or 0."""

    key: str
    kind: str
    conversation: str
    state: str  # "ready", "running", "done" or "dead"
    received: float
    due: float  # not before
    attempts: int
    finished: float
    error: str  # the last one
    owner: str  # who runs it, empty where nobody does
