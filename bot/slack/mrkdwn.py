"""Reads Slack's markup back into what the person typed: https://docs.slack.dev/messaging/formatting-message-text/."""

import re

from commands.mention import mention

# No part may run over the next "<": hostile text would be searched from each of them to its end.
_LINK = re.compile(r"<(?:mailto:|tel:|https?://|!)[^<>|]+\|([^<>]*)>")
_BARE = re.compile(r"<(?:mailto:|tel:)?((?:https?://)?[^<>|@#!\s]+(?:@[^<>|\s]+)?)>")
_EVERYBODY = re.compile(r"<!(here|channel|everyone)>")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)\|([^<>]*)>")


def plain(text: str) -> str:
    """`<mailto:ann@acme.test|ann@acme.test>` becomes `ann@acme.test`; `&lt;` becomes `<`.

    Mentions of people and channels become those of `commands.mention`, which looks nearly the same.
    """
    if "<" in text:
        text = _EVERYBODY.sub(r"@\1", _BARE.sub(r"\1", _LINK.sub(r"\1", text)))
        text = _MENTION.sub(lambda each: mention(each[1], each[2], _unescaped(each[3])), text)
    return _unescaped(text).strip()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text
