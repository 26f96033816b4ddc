"""How the tests of the stand-in's authorization server ask it, and what they make of its answers."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from adapters.base import OAuth2, Secret
from adapters.oauth import Issued, OAuthClient
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.servers import status

AUTH = OAuth2(
    "https://id.diary.test/authorize",
    "https://api.diary.test/token",
    "https://api.diary.test/revoke",
    issuer="https://id.diary.test",
)
BACK = "http://127.0.0.1:3000/oauth/diary/callback"
VERIFIER = "v" * 43
ADA = "ada@acme.test"
SIGNED = {
    "grant_type": "refresh_token",
    "refresh_token": "x",
    "client_id": "diary-client",
    "client_secret": "diary-client-secret",
}
"""What a token request says in good order, of a token that nobody gave."""

Make = Callable[..., OAuthClient]
"""Makes a client, by default one in good order."""


def asking(client: OAuthClient, *scopes: str, **changes: str | None) -> str:
    """The address of the consent page, with parameters changed, or taken away where they are None."""
    url = urlsplit(client.authorization_url(BACK, scopes or ("read", "write"), "s-1", VERIFIER))
    query = {**dict(parse_qsl(url.query)), **changes}
    return url._replace(query=urlencode({name: value for name, value in query.items() if value is not None})).geturl()


def sent_with(address: str) -> dict[str, str]:
    """What a browser brings back."""
    assert address.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(address).query))


async def connected(client: OAuthClient, server: AuthorizationServer, account: str = ADA) -> Issued:
    return await client.exchange(sent_with(server.approve(asking(client), account))["code"], BACK, VERIFIER)


def refresh_of(issued: Issued) -> Secret:
    assert issued.refresh is not None
    return issued.refresh


async def opens(address: str, token: Secret) -> bool:
    """Whether the service itself takes a token."""
    async with aiohttp.ClientSession() as session:
        return await status(session, f"{address}/mine", headers={"Authorization": f"Bearer {token.reveal()}"}) == 200
