"""Reads Slack's markup back into what the person typed: https://docs.slack.dev/messaging/formatting-message-text/."""

import re

# No part may run over the next "<": hostile text would be searched from each of them to its end.
_LINK = re.compile(r"<(?:mailto:|tel:|https?://)[^<>|]+\|([^<>]*)>")
_BARE = re.compile(r"<(?:mailto:|tel:)?((?:https?://)?[^<>|@#!\s]+(?:@[^<>|\s]+)?)>")


def plain(text: str) -> str:
    """`<mailto:ann@acme.test|ann@acme.test>` becomes `ann@acme.test`; `&lt;` becomes `<`; mentions stay as they are."""
    if "<" in text:
        text = _BARE.sub(r"\1", _LINK.sub(r"\1", text))
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.strip()
