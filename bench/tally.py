"""Every request acknowledged, every reply posted exactly once: otherwise no figure is worth anything."""

from collections import Counter
from collections.abc import Sequence

from bench.crowd import SAID

Asked = tuple[int, int, float, float]
"""A request's number, the status of its acknowledgement (0 without one), when it was sent, and when acknowledged."""

Posted = tuple[int, str, float]
"""The number of the request that is answered, the text, and when."""


def problems(asked: Sequence[Asked], posted: Sequence[Posted]) -> list[str]:
    """What went wrong, in words; empty when nothing did."""
    wanted = {number for number, *_ in asked}
    replies = Counter(number for number, _, _ in posted)
    counted = {
        "not acknowledged": sum(not taken(status) for _, status, *_ in asked),
        "replies lost": len(wanted - replies.keys()),
        "replies posted more than once": sum(count > 1 for count in replies.values()),
        "replies nobody asked for": len(replies.keys() - wanted),
        "replies that say something else": sum(SAID not in text for _, text, _ in posted),
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


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
