"""Bolt's two stores, as our own database keeps them: sealed, and each state used once.

Slack's own keep tokens in clear text, and let several callbacks use the same state.
"""

from typing import Any

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from storage.installations import Installations
from storage.states import States

_PURPOSE = "install slack"
_NO_SESSION = ""  # Bolt makes sure by a cookie that the browser which comes back is the one that went


class InstallationStore(AsyncInstallationStore):
    """Only stores: whose token a reply is sent with, `bot.slack.workspaces` finds out."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def async_save(self, installation: Installation) -> None:
        """Raises BoltError for a whole organisation's, StorageError, SealError."""
        if not installation.team_id:
            raise BoltError("no workspace")
        told = {"access": installation.bot_token, "refresh": installation.bot_refresh_token}
        secrets = {name: value for name, value in told.items() if value}
        expires = float(installation.bot_token_expires_at or 0)
        await self._installations.keep("slack", installation.team_id, installation.team_name or "", secrets, expires)


class StateStore(AsyncOAuthStateStore):
    """They live for ten minutes."""

    def __init__(self, states: States) -> None:
        self._states = states

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Raises StorageError, SealError."""
        return await self._states.issue(_NO_SESSION, _PURPOSE, {})

    async def async_consume(self, state: str) -> bool:
        """Raises StorageError."""
        return await self._states.consume(state, _NO_SESSION, _PURPOSE) is not None
