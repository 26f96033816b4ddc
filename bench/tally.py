"""Every request acknowledged, every reply posted exactly once: otherwise no figure is worth anything."""

from collections import Counter
from collections.abc import Sequence

from bench.load import Asked
from bench.slack_requests import SAID, number_of

Posted = tuple[str, str, float]
"""Channel, text, and when."""


def problems(asked: Sequence[Asked], posted: Sequence[Posted]) -> list[str]:
    """What went wrong, in words; empty when nothing did."""
    wanted = {number for number, *_ in asked}
    replies = Counter(number_of(channel) for channel, _, _ in posted)
    counted = {
        "not acknowledged": sum(status != 200 for _, status, *_ in asked),
        "replies lost": len(wanted - replies.keys()),
        "replies posted more than once": sum(count > 1 for count in replies.values()),
        "replies nobody asked for": len(replies.keys() - wanted),
        "replies that say something else": sum(SAID not in text for _, text, _ in posted),
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


def ack_seconds(asked: Sequence[Asked]) -> list[float]:
    return [acknowledged - sent for _, status, sent, acknowledged in asked if status == 200]


def reply_seconds(asked: Sequence[Asked], posted: Sequence[Posted]) -> list[float]:
    """From sending a request to the arrival of its reply at Slack."""
    sent = {number: at for number, _, at, _ in asked}
    numbered = [(number_of(channel), at) for channel, _, at in posted]
    return [at - sent[number] for number, at in numbered if number in sent]


def per_second(asked: Sequence[Asked], posted: Sequence[Posted]) -> float:
    """Replies from the first request to the last reply."""
    if not posted:
        return 0.0
    return len(posted) / (max(at for _, _, at in posted) - min(sent for _, _, sent, _ in asked))
