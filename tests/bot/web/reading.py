"""What a page says, and what is on it that should not be."""

import re
from html.parser import HTMLParser

from tests.bot.web.payloads import MARKUP

PAYLOADS = (
    *MARKUP,
    "javascript:alert(1)",
    "` onclick=alert(1) `",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "<\u0000script>alert(1)</\u0000script>",
    "\u202e<script>)1(trela</script>\u202c",
    "\ud83c<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
_TAG = re.compile(
    "a|body|button|code|dd|details|div|dl|dt|form|h1|h2|h3|h4|head|header|html|img|input|label|li|link|main|meta|nav|ol|option|p|"
    "section|select|span|strong|summary|time|title|ul"
)
_ADDRESSES = ("href", "src", "action", "formaction", "data", "srcdoc", "background", "poster")


class Read(HTMLParser):
    """`text` is what the page says, `alien` what no page of ours has: other elements, scripts, addresses elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.alien: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        wrong = [name for name, value in attributes if name.startswith("on") or name == "style"]
        wrong += [name for name, value in attributes if name in _ADDRESSES and not _is_ours(value or "")]
        self.alien += [f"{tag} {name}" for name in wrong] + ([] if _TAG.fullmatch(tag) else [tag])

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.alien.append(f"<!--{data}-->")


def _is_ours(address: str) -> bool:
    return address.startswith(("/", "#")) and not address.startswith("//")
