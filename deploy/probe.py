"""Asks the bot in this container whether it is ready, for Docker's HEALTHCHECK: the image has no curl."""

import http.client
import os
import sys


def ready(port: int) -> bool:
    """The bot itself gives up after five seconds, and says so."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=7)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if ready(int(os.environ.get("PORT", "3000"))) else 1)
