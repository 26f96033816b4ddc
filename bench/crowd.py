"""Who asks, and what they say: the same on each platform.

Each request has a number, by which its reply can be told from every other: it ends what is said, or tells where it is said.
"""

from dataclasses import dataclass

PEOPLE = 500
"""There are fewer of them than requests, as in life."""

SAID = "hello"
"""What they say, and what the reply must hold."""


@dataclass(frozen=True)
class Crowd:
    """In how many conversations they speak, and of how many tenants they are. 0: each request has a conversation of its own."""

    conversations: int = 0
    tenants: int = 1


APART = Crowd()
