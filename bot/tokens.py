"""What nobody can guess."""

import secrets


def token() -> str:
    """256 bits, as they fit into a URL."""
    return secrets.token_urlsafe(32)
