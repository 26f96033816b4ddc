"""The release to come and the one after it, as the bot would be in them: their steps of the schema come after those of today.

See `tests/storage/next_version.py` for what they do: one adds and fills in, the other takes away what only older ones need.
"""

from storage import migrations
from tests.storage.next_version import next_version

RELEASES = {"the next release": 1, "the release after the next": 2}


def become(release: str) -> None:
    migrations.MIGRATIONS = next_version(RELEASES[release])
