"""What people may type, in every script and out of it."""

from collections.abc import Mapping

_PLANES = "".join(chr(plane * 0x10000 + place) for plane in range(17) for place in (0x41, 0x3B1, 0x4E2D, 0xFFFD))

KINDS: Mapping[str, str] = {
    "NUL": "a\0b\0",
    "lone surrogates": "a\ud800b\udfffc",
    "families": "👨‍👩‍👧‍👦" * 50 + "🏴‍☠️🇺🇳",
    "written backwards": "\u202eevil\u202c \u2066x\u2069 \u200f",
    "combined": "e" + "\u0301" * 10_000,
    "zalgo": "".join(f"{letter}\u0300\u0316\u0327\u0489" for letter in "the bot is here " * 20),
    "every plane": _PLANES,
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f\ufeff\u2028\u2029",
    "invisible": "\u200b\u200c\u200d\u2060\u00ad\U000e0041\U000e007f",
    "a format": "%s%n{0}{__class__}${jndi:ldap://x}{{7*7}}<%= 1 %>",
    "SQL": "'; DROP TABLE delivery; --\" OR 1=1 \\'",
    "markup": "<script>alert(1)</script> *b* _i_ `c` [x](javascript:1) =1+1 \x1b[31m",
    "40,000 letters": "x y " * 10_000,
}
