"""What people do in the workspace: type commands, write to the bot, press its buttons, fill in its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.slack.sandbox import payloads
from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.delivery import Courier, Delivery
from bot.slack.sandbox.forms import filled
from bot.slack.sandbox.markup import marked
from bot.slack.sandbox.responses import ResponseUrls
from bot.slack.sandbox.shapes import person_json
from bot.slack.sandbox.views import Views
from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, ApiError, Channel, Json, Posted, Workspace


class People:
    """Each deed is delivered to the bot; what comes back is how the bot took it. Channels are given by id or `#name`.

    Raises ValueError for what the person could not do, as the workspace stands.
    """

    def __init__(self, workspace: Workspace, views: Views, responses: ResponseUrls, courier: Courier) -> None:
        self._workspace = workspace
        self._views = views
        self._responses = responses
        self._courier = courier

    async def command(self, command: str, text: str = "", *, user: str = ADA, channel: str = GENERAL) -> Delivery:
        """Types a slash command. What the bot says in its acknowledgement is shown to the person."""
        where = self._entered(user, channel)
        told = marked(self._workspace, text)
        fields = payloads.command(self._workspace, command, told, user, where, self._links(where.id, user))
        delivery = await self._courier.hand_over("slash_commands", fields)
        if not delivery.ok:
            failed = "operation_timeout" if "timeout" in delivery.reason else "dispatch_failed"
            self._workspace.post(where.id, "USLACKBOT", f"{command} failed with the error “{failed}”", only_for=user)
        elif delivery.answer:
            self._responses.acknowledged(where.id, user, Arguments(delivery.answer))
        return delivery

    async def mention(self, text: str, *, user: str = ADA, channel: str = GENERAL, thread: str = "") -> Delivery:
        """Mentions the bot in a channel that it is in."""
        where = self._entered(user, channel)
        if BOT not in where.members:
            raise ValueError(f"the bot is not in #{where.name}, so Slack would not tell it")
        return await self._said(self._workspace.post(where.id, user, f"<@{BOT}> {text}", thread_ts=thread), "app_mention")

    async def message(self, text: str, *, user: str = ADA, channel: str = "", thread: str = "") -> Delivery | None:
        """Writes to the bot; with a `channel`, to the others there: of that the bot is not told, and None is given back."""
        where = self._entered(user, channel or user)
        posted = self._workspace.post(where.id, user, text, thread_ts=thread)
        return await self._said(posted, "message") if where.kind == "im" else None

    async def shortcut(self, name: str, ts: str, *, user: str = ADA, channel: str = GENERAL) -> Delivery:
        """Runs a command of the bot's, `name`, from a message's menu: there it bears another name."""
        where = self._entered(user, channel)
        if not (posted := self._workspace.find(where.id, ts)):
            raise ValueError(f"no such message in {where.name}")
        payload = payloads.shortcut(self._workspace, posted, name, user, self._links(where.id, user))
        return await self._courier.hand_over("interactive", payload)

    async def stop(self, ts: str, *, channel: str = GENERAL) -> None:
        """Stops what is being streamed there, by the button that some of Slack's own clients have."""
        posted = self._workspace.find(self._workspace.channel(channel).id, ts)
        if not posted or posted.streaming != "in_progress":
            raise ValueError("nothing is being streamed there")
        posted.streaming = "stopped"

    async def attach(self, name: str, content: str, text: str = "", *, user: str = ADA, channel: str = GENERAL) -> None:
        """Shares a text file with a channel; in direct messages the bot is told."""
        where = self._entered(user, channel)
        posted = self._workspace.post(where.id, user, text)
        self._workspace.attach(posted, name, "text/plain", content.encode())
        if where.kind == "im":
            await self._said(posted, "message")

    async def event(self, event: Mapping[str, Any]) -> Delivery:
        """Anything else that happens, told as it is given: https://docs.slack.dev/reference/events."""
        return await self._courier.event(payloads.event(self._workspace, event))

    async def click(self, button: str, *, user: str = ADA, channel: str = "", ts: str = "") -> Delivery:
        """Presses the newest button with this label, action id or value that the person sees."""
        where = self._workspace.channel(channel).id if channel else ""
        posted, element = self._button(button, user, where, ts)
        payload = payloads.press(self._workspace, posted, element, user, self._links(posted.channel, user, posted))
        return await self._courier.hand_over("interactive", payload)

    async def submit(self, values: Mapping[str, str], *, user: str = ADA) -> Delivery:
        """Fills in and sends the form that the person has open. `values` are by block id; the others keep what they hold."""
        if not (view := self._views.opened(user)):
            raise ValueError(f"{user} has no form open")
        payload = payloads.submission(self._workspace, view, filled(view, values), user, self._views.trigger(user))
        self._views.enter(user, values)
        delivery = await self._courier.hand_over("interactive", payload)
        if delivery.ok:
            self._views.answered(user, delivery.answer)
        return delivery

    async def open_home(self, *, user: str = ADA) -> Delivery:
        """Looks at the bot's Home tab: https://docs.slack.dev/reference/events/app_home_opened."""
        told = {"type": "app_home_opened", "user": user, "channel": self._workspace.direct(user).id, "tab": "home"}
        return await self.event(told)

    async def press_home(self, button: str, *, user: str = ADA) -> Delivery:
        """Presses the button with this label, action id or value in the bot's Home tab."""
        return await self._press_in_view(self._views.homes.get(user, {"blocks": []}), {}, button, user)

    async def press_form(self, button: str, values: Mapping[str, str], *, user: str = ADA) -> Delivery:
        """Presses a button within the form that the person has open, which stays open. `values` are as in `submit`."""
        if not (view := self._views.opened(user)):
            raise ValueError(f"{user} has no form open")
        state = filled(view, values, submitted=False)
        self._views.enter(user, values)
        return await self._press_in_view(view, state, button, user)

    async def leave(self, *, user: str) -> Delivery:
        """An admin deactivates the account: https://docs.slack.dev/reference/events/user_change."""
        gone = replace(self._workspace.people[user], deleted=True)
        self._workspace.people[user] = gone
        return await self.event({"type": "user_change", "user": person_json(self._workspace, gone)})

    async def _press_in_view(self, view: Json, values: Json, button: str, user: str) -> Delivery:
        element = next((each for each in buttons(view["blocks"]) if _is_named(each, button)), None)
        if not element:
            raise ValueError(f"{user} sees no button {button!r} there")
        payload = payloads.press_in_view(self._workspace, view, values, element, user, self._views.trigger(user))
        return await self._courier.hand_over("interactive", payload)

    async def _said(self, posted: Posted, type: str) -> Delivery:
        return await self._courier.event(payloads.event(self._workspace, payloads.said(self._workspace, posted, type)))

    def _entered(self, user: str, channel: str) -> Channel:
        try:
            where = self._workspace.channel(channel)
        except ApiError as error:
            raise ValueError(f"{channel}: {error}") from None
        if user not in where.members or user == BOT or where.archived:
            raise ValueError(f"{user} can't write in {where.name}")
        return where

    def _links(self, channel: str, user: str, original: Posted | None = None) -> dict[str, str]:
        if not self._workspace.address:
            raise RuntimeError("say first where the sandbox is served: set its address")
        url = f"{self._workspace.address}response/{self._responses.issue(channel, user, original)}"
        return {"response_url": url, "trigger_id": self._views.trigger(user)}

    def _button(self, button: str, user: str, channel: str, ts: str) -> tuple[Posted, Json]:
        for posted in reversed(self._workspace.posts(channel, user)):
            for element in buttons(posted.blocks) if ts in ("", posted.ts) else ():
                if _is_named(element, button):
                    return posted, element
        raise ValueError(f"{user} sees no button {button!r}")


def _is_named(button: Json, name: str) -> bool:
    return name in (button.get("action_id"), button.get("value"), button["text"]["text"])


def buttons(blocks: Sequence[Json]) -> list[Json]:
    """A message's or a view's buttons, each with the id of its block."""
    drawn = [(block, element) for block in blocks if block["type"] == "actions" for element in block["elements"]]
    drawn += [(block, block["accessory"]) for block in blocks if "accessory" in block]
    return [{"block_id": block["block_id"], **element} for block, element in drawn if element["type"] == "button"]
