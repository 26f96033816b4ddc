"""The mark that a call and its reply bear: made of what they came from, so it is the same on every attempt."""

import hashlib

from storage.delivery import Delivery


def mark_of(delivery: Delivery) -> str:
    return mark(delivery.key)


def mark(key: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
