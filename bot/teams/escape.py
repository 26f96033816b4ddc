"""Text made fit for Teams: nothing in it mentions anybody, becomes markup or leads anywhere, and it reads as it was written."""

import re

from bot.text import clean

# A TextRun takes no markdown: https://learn.microsoft.com/adaptive-cards/schema-explorer/text-run. Teams on iPhones parses it
# all the same, run by run (buildIntermediateResultForText in https://github.com/microsoft/Teams-AdaptiveCards-Mobile), and
# every client turns DATE and TIME functions into other words. What stands in two runs is never taken for one thing.
_BETWEEN = re.compile(
    r"(?<=\])(?=\()"  # [words](address)
    r"|(?<![*_])(?=[*_])(?!(?<=[a-z0-9])_[a-z0-9])"  # *emphasis*, of which each run has but one end; not file_name
    r"|(?<=-)(?= )|(?<=[0-9])(?=\. )"  # - a list, 1. a list
    r"|(?<=\{)(?=\{(?:DATE|TIME)\()"  # {{DATE(2026-11-23T09:00:00Z)}}
    r"|(?<=:)(?=//)|(?<=mailto:)|(?<=www)(?=\.)",  # addresses, wherever a client looks for them
    re.ASCII | re.IGNORECASE,
)


def inert(text: str) -> list[str]:
    """The text in parts, none of them empty, each of which is nothing but text to Teams where it is a run of its own."""
    return [part for part in _BETWEEN.split(text) if part]


def shorten(text: str, most: int) -> str:
    """Clean, in at most `most` characters; an ellipsis says that there was more. Never empty.

    For what Teams does not parse: titles of buttons, alternative texts, and the summary in a notification.
    """
    cleaned = clean(text).strip()
    return f"{cleaned[: most - 1]}…" if len(cleaned) > most else cleaned or "…"
