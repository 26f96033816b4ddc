"""What only Slack has: slash commands, and channels that the bot can see without being in them."""

from bot.slack.sandbox.workspace import ADA, RANDOM
from tests.acceptance.world import World


async def test_a_slash_command_gives_the_same_answer_as_a_mention(on_slack: World) -> None:
    slash = on_slack.side.open_room("slash")
    await on_slack.slack.command("/calendar", "today", channel=slash)
    await on_slack.side.ask("calendar today")
    [typed], [mentioned] = await on_slack.replies(1, slash), await on_slack.replies(1)

    assert typed.text == mentioned.text


async def test_a_near_miss_is_told_to_its_asker_alone(on_slack: World) -> None:
    await on_slack.slack.command("/interact", "calender todya")
    [offered] = await on_slack.replies(1)

    assert "Did you mean “calendar today”?" in offered.text
    assert offered.only_for == ADA


async def test_a_channel_that_the_bot_is_not_in_is_answered_all_the_same(on_slack: World) -> None:
    await on_slack.slack.command("/ping", "from outside", channel=RANDOM)
    [answer] = await on_slack.replies(1, RANDOM)

    assert answer.text == "pong from outside"
