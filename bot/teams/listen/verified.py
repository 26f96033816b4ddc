"""The front door's word is taken for who sent an activity, and there is nothing to send with."""

from typing import NoReturn

from botbuilder.schema import Activity  # type: ignore[import-untyped]
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity  # type: ignore[import-untyped]
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult  # type: ignore[import-untyped]
from botframework.connector.auth.connector_factory import ConnectorFactory  # type: ignore[import-untyped]


class Verified(BotFrameworkAuthentication):  # type: ignore[misc]
    """The door has checked the token together with the activity, and better: see auth.py."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity({}, True)
        result.connector_factory = _Mute()
        return result

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise NotImplementedError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return _Mute()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """People connect their accounts by our own links."""


class _Mute(ConnectorFactory):  # type: ignore[misc]
    """Sending is not botbuilder's task here, but connector.py's: there it is retried, limited, and bound to known hosts."""

    async def create(self, service_url: str, audience: str) -> "_Mute":
        return self

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("the listener only listens")
