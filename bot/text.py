"""Text and links from outside, made fit to be shown: nothing in them hides, reorders what is read, or leads elsewhere."""

import re
from urllib.parse import urlsplit

_CLEANED = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\ufffd"),  # controls, lone surrogates
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),  # what turns the direction of reading around
    **{ord("\n"): "\n", ord("\t"): "\t", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"},
}
_UNFIT = re.compile(r"[\s<>\"\\\x00-\x20\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_LONGEST_URL = 3000  # bytes


def clean(text: str) -> str:
    """The text as people are to see it: line ends are one, controls and lone surrogates show as U+FFFD."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANED)


def is_web_address(url: str) -> bool:
    """Whether a link may lead there: http or https, a host, no credentials, nothing that could end the link early."""
    if _UNFIT.search(url) or len(url.encode()) > _LONGEST_URL:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def size(number: int) -> str:
    """As in "12 kB"."""
    return f"{number} bytes" if number < 1000 else f"{number / 1000:.0f} kB"
