"""What calls and buttons are told by. A call and its reply bear a mark of what they came from, the same on every attempt."""

import hashlib

from storage.delivery import Delivery

STOP = "stop-"
"""What the ids of buttons begin with that stop an answer: to press one does not wait for that answer to end."""


def mark_of(delivery: Delivery) -> str:
    return mark(delivery.key)


def mark(key: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
