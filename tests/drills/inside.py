"""What a drill changes in a process before it runs: a place where it dies, the release that it is, or a defence that it lacks.

Nothing of this is in the product: the fork server applies what the environment variable DRILL names, in the child.
"""

from tests.drills.failpoints import FAILPOINTS, die_at
from tests.drills.releases import RELEASES, become
from tests.drills.sabotage import SABOTAGES


def change(drill: str) -> None:
    """`drill` is the name of a sabotage, of a release, or "place@number": the process dies there, the so-manieth time."""
    place, at, number = drill.rpartition("@")
    if at and place in FAILPOINTS:
        die_at(place, int(number))
    elif drill in RELEASES:
        become(drill)
    else:
        SABOTAGES[drill]()
