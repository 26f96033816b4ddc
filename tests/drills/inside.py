"""What a drill changes in a bot's process before that runs: a place where it is killed, or a defence that is taken out.

Nothing of this is in the product: the fork server applies what the environment variable DRILL names, in the child.
"""

from tests.drills.failpoints import FAILPOINTS, die_at
from tests.drills.sabotage import SABOTAGES


def change(drill: str) -> None:
    """`drill` is the name of a sabotage, or "place@number": the process dies there, the so-manieth time."""
    place, at, number = drill.rpartition("@")
    if at and place in FAILPOINTS:
        die_at(place, int(number))
    else:
        SABOTAGES[drill]()
