"""What both of Bolt's subjects do when they are asked."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay


def listen(app: AsyncApp) -> None:
    app.command("/ping")(_command)
    app.event("app_mention")(_mention)


async def _command(ack: AsyncAck, say: AsyncSay, command: dict[str, Any]) -> None:
    await ack()
    await say(f"You said: {command['text']}")


async def _mention(event: dict[str, Any], say: AsyncSay) -> None:
    await say(f"You said: {event['text']}")
