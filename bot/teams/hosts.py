"""Which hosts an activity may be answered at. The bot's token goes there, so no stranger's may be among them."""

import re
from collections.abc import Iterable
from typing import Self

_URL = re.compile(r"(https?://[^/]+)(?:/[A-Za-z0-9._~/-]*)?")  # an origin, and a path as plain as those of Teams
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*")
_LOOPBACK = r"(?:127\.0\.0\.1|localhost|\[::1\])"
_PORT = r":[0-9]{1,5}"


class Hosts:
    """The hosts of `names`, over https. `127.0.0.1:3978`, a loopback address with a port, means http and just that.

    Microsoft lists its own, per cloud: https://microsoft.github.io/teams-sdk/python/essentials/app-configuration/service-url-validation
    Raises ValueError for what is neither.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._origins = re.compile("|".join(re.escape(_origin(name.lower())) for name in names))

    @classmethod
    def loopback(cls) -> Self:
        """Any port of this machine, over http: for sandbox mode only."""
        hosts = cls(())
        hosts._origins = re.compile(f"http://{_LOOPBACK}(?:{_PORT})?")
        return hosts

    def allows(self, service_url: str) -> bool:
        """Whether the bot may speak to this URL. Never raises."""
        url = _URL.fullmatch(service_url)
        return url is not None and self._origins.fullmatch(url[1]) is not None


def _origin(name: str) -> str:
    if _NAME.fullmatch(name):
        return f"https://{name}"
    if re.fullmatch(_LOOPBACK + _PORT, name):
        return f"http://{name}"
    raise ValueError(f"{name!r} is neither a host name nor a loopback address with a port")
