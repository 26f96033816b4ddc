"""Every request acknowledged or refused, every reply to what was acknowledged posted once: else no figure is worth anything.

Refused with 503 is no loss, for the platform is told that it was not taken; it may have been stored all the same, and answered.
"""

from collections import Counter
from collections.abc import Sequence

from bench.crowd import SAID

Asked = tuple[int, int, float, float]
"""A request's number, the status it was answered with or one of those below, when it was sent, and when answered."""

CLOSED, LATE = 0, -1
"""The connection was closed instead; there was no answer in time."""

_REFUSED = 503
_NO_ANSWER = {CLOSED: "not acknowledged but hung up on", LATE: "not acknowledged in time"}

Posted = tuple[int, str, float]
"""The number of the request that is answered, the text, and when."""


def problems(asked: Sequence[Asked], posted: Sequence[Posted]) -> list[str]:
    """What went wrong, in words; empty when nothing did."""
    statuses = Counter(status for _, status, *_ in asked if not taken(status) and status != _REFUSED)
    wanted = {number for number, status, *_ in asked if taken(status)}
    replies = Counter(number for number, _, _ in posted)
    counted = {
        **{_NO_ANSWER.get(status, f"answered with {status}"): count for status, count in statuses.items()},
        "replies lost": len(wanted - replies.keys()),
        "replies posted more than once": sum(count > 1 for count in replies.values()),
        "replies nobody asked for": len(replies.keys() - {number for number, *_ in asked}),
        "replies that say something else": sum(SAID not in text for _, text, _ in posted),
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


def refused(asked: Sequence[Asked]) -> int:
    """How many were answered with 503."""
    return sum(status == _REFUSED for _, status, *_ in asked)


def taken(status: int) -> bool:
    """Whether this status is an acknowledgement."""
    return status in (200, 201)


def ack_seconds(asked: Sequence[Asked]) -> list[float]:
    return [acknowledged - sent for _, status, sent, acknowledged in asked if taken(status)]


def reply_seconds(asked: Sequence[Asked], posted: Sequence[Posted]) -> list[float]:
    """From sending a request to the arrival of its reply at the platform."""
    sent = {number: at for number, _, at, _ in asked}
    return [at - sent[number] for number, _, at in posted if number in sent]


def per_second(asked: Sequence[Asked], posted: Sequence[Posted]) -> float:
    """Replies from the first request to the last reply."""
    if not posted:
        return 0.0
    return len(posted) / (max(at for _, _, at in posted) - min(sent for _, _, sent, _ in asked))
