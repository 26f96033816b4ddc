"""What stands in a database for a random that somebody else holds: who reads the database can't use it."""

import hashlib


def hashed(random: str) -> str:
    """SHA-256, in hexadecimal. No salt, no stretching: what is hashed here is 256 bits of randomness, or a guess at it."""
    return hashlib.sha256(random.encode("utf-8", "surrogatepass")).hexdigest()
