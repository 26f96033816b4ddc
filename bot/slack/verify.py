"""Whether a request comes from Slack, decided on its raw bytes before anything parses them.

It stands in front of Bolt, which parses first and answers 500 to half of what a stranger can send.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from enum import Enum

from adapters.base import Secret

TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"

_WINDOW = 300  # seconds, either way: clocks differ in both directions
_TIMESTAMP = re.compile(r"[0-9]{1,10}")
_CONTENT_TYPE = re.compile(r"application/(json|x-www-form-urlencoded)(\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)
_ASKED = (TIMESTAMP.lower(), SIGNATURE.lower(), "content-type", "content-encoding")


class Verdict(Enum):
    """What was found, by the HTTP status that it is answered with."""

    GENUINE = 200
    UNREADABLE = 400  # signed with Slack's secret, yet nothing that Slack sends
    FORGED = 401

    @property
    def status(self) -> int:
        return self.value


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: float) -> Verdict:
    """Says if `body` was signed with one of `secrets` (two during a rotation) within five minutes of `now`.

    `headers` may be a multidict, in any case; a signed header that comes twice is a forgery. `now` is in seconds since
    the epoch. Never raises.
    """
    said = _said(headers)
    timestamps, signatures = said[TIMESTAMP.lower()], said[SIGNATURE.lower()]
    if len(timestamps) != 1 or len(signatures) != 1:
        return Verdict.FORGED
    if not _is_recent(timestamps[0], now) or not _is_signed(secrets, timestamps[0], body, signatures[0]):
        return Verdict.FORGED
    return Verdict.GENUINE if _is_readable(said, body) else Verdict.UNREADABLE


def signature_base(timestamp: str, body: bytes) -> bytes:
    """What Slack signs. It differs for every delivery, so its digest can tell one from another."""
    return b"v0:%b:%b" % (_bytes(timestamp), body)


def sign(secret: Secret, timestamp: str, body: bytes) -> str:
    """The signature that Slack sends along."""
    return f"v0={hmac.digest(_bytes(secret.reveal()), signature_base(timestamp, body), 'sha256').hex()}"


def _said(headers: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    said: dict[str, list[str]] = {name: [] for name in _ASKED}
    for name, value in headers.items():
        if (lower := name.lower()) in said:
            said[lower].append(value)
    return said


def _is_recent(timestamp: str, now: float) -> bool:
    return _TIMESTAMP.fullmatch(timestamp) is not None and abs(now - int(timestamp)) <= _WINDOW


def _is_signed(secrets: Sequence[Secret], timestamp: str, body: bytes, signature: str) -> bool:
    """Compares with every secret, so that the time taken does not tell which one fits. An empty secret fits nothing."""
    given = _bytes(signature)
    expected = [_bytes(sign(secret, timestamp, body)) for secret in secrets if secret]
    return True in [hmac.compare_digest(each, given) for each in expected]


def _is_readable(said: Mapping[str, Sequence[str]], body: bytes) -> bool:
    types = said["content-type"]
    if said["content-encoding"] or len(types) != 1 or not _CONTENT_TYPE.fullmatch(types[0].strip()):
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bytes(text: str) -> bytes:
    """Headers and settings may hold lone surrogates, standing for bytes that were no UTF-8."""
    return text.encode("utf-8", "surrogatepass")
