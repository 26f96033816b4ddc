"""Who asks, and what they say: the same on each platform.

Each request has a number, and a place of its own in which it is answered: so its reply can be told from every other.
"""

PEOPLE = 500
"""There are fewer of them than requests, as in life."""

SAID = "hello"
"""What they say, and what the reply must hold."""
