"""What each person sees of what the bot answers: dialogs, cards changed for them alone, and short texts that pass."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.teams.sandbox.activities import Where
from bot.teams.sandbox.answers import Shown
from bot.teams.sandbox.delivery import Courier, Delivery
from bot.teams.sandbox.workspace import Json, Posted, Workspace

_FAILED = "Something went wrong. Please try again."


@dataclass(frozen=True)
class Dialog:
    """What somebody has open; `menu` is the command, and the message from whose menu it was chosen."""

    title: str
    card: Json
    where: Where
    menu: tuple[str, Posted] | None = None


class Screens:
    """`toasts` are the short texts, each with its `user` and `text`; `dialogs` are open, by person."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self.toasts: list[Json] = []
        self.dialogs: dict[str, Dialog] = {}
        self._workspace = workspace
        self._courier = courier

    async def invoke(self, activity: Json, read: Callable[[Any], Any], show: Callable[[Any], None]) -> Delivery:
        """Shows what the bot answers, as `read` takes it, or that something went wrong."""
        delivery = await self._courier.deliver(activity)
        try:
            if not delivery.ok:
                raise ValueError(delivery.reason or f"the bot answered with status {delivery.status}")
            show(read(delivery.answer))
        except ValueError as error:
            self._toast(activity["from"]["aadObjectId"], _FAILED)
            return replace(delivery, reason=str(error))
        return delivery

    def change(self, posted: Posted, user: str, shown: Shown) -> None:
        """The message becomes the card, for this person alone; a text passes by."""
        if shown.card:
            self._workspace.show(posted, user, shown.card)
        self._toast(user, shown.text)

    def open(self, where: Where, shown: Shown, menu: tuple[str, Posted] | None = None) -> None:
        """The person's dialog goes on with the card, or closes."""
        user = where.person.object_id
        self.close(user)
        if shown.card:
            self.dialogs[user] = Dialog(shown.title, shown.card, where, menu)
        self._toast(user, shown.text)

    def close(self, user: str) -> None:
        """The person closes the dialog without sending it; the bot is not told."""
        self.dialogs.pop(user, None)

    def _toast(self, user: str, text: str) -> None:
        if text:
            self.toasts.append({"user": user, "text": text})
