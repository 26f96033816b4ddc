"""Text and links from outside, made fit to be shown: nothing in them hides, reorders what is read, or leads elsewhere."""

import re
from urllib.parse import urlsplit

_CLEANED = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\ufffd"),  # controls, lone surrogates
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),  # what turns the direction of reading around
    # Nobody sees these, and no writing needs them.
    **dict.fromkeys([0xAD, *range(0x2061, 0x2065), *range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC)]),
    **dict.fromkeys([*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)]),
    **{ord("\n"): "\n", ord("\t"): "\t", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"},
}
# Tags, selectors of variants and joiners, one after the other, spell whole sentences that machines read and people don't see.
# What writing needs of them stays: the tags of a flag, a selector after a Chinese sign, two joiners between what is seen.
_JOINERS = "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060\u3164\ufe00-\ufe0f\uffa0"
_UNSEEN = re.compile(f"[{_JOINERS}\U000e0000-\U000e0fff]")
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
    "|[\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_MANY = re.compile(f"(?<=[{_JOINERS}]{{2}})[{_JOINERS}]+")
_UNFIT = re.compile(r"[\s<>\"\\\x00-\x20\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
_LONGEST_URL = 3000  # bytes


def clean(text: str) -> str:
    """The text as people are to see it: line ends are one, controls and lone surrogates show as U+FFFD, nothing is hidden."""
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANED)
    if cleaned.isascii() or not _UNSEEN.search(cleaned):
        return cleaned
    return _MANY.sub("", _TAGS.sub(r"\1", cleaned))


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
