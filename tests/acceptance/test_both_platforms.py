"""Slack and Teams in one process: side by side, and never mixed up."""

import asyncio

from tests.acceptance.world import World


async def test_the_same_words_give_the_same_answer_on_both(on_both: World) -> None:
    sides = list(on_both.sides.values())
    await asyncio.gather(*(side.ask("help calendar") for side in sides))
    slack, teams = [(await on_both.replies(1, side=side))[0].text for side in sides]

    assert slack == teams


async def test_the_same_delivery_again_and_again_runs_once_on_each(on_both: World) -> None:
    sides = list(on_both.sides.values())
    words = 'calendar create "On both" tomorrow 15:00'
    statuses = await asyncio.gather(*(side.at_once(words, 4, on_both.bot.url) for side in sides))
    for side in sides:
        await on_both.replies(1, side=side)
    await on_both.settled()

    assert {status // 100 for each in statuses for status in each} == {2}
    assert [len(side.said()) for side in sides] == [1, 1]
    assert [len(await on_both.events("On both", side.owner(side.ada))) for side in sides] == [1, 1]


async def test_what_one_does_on_one_platform_is_done_with_that_account_alone(on_both: World) -> None:
    """Ada in Slack and Ada in Teams are two people, until they say that they are one."""
    slack, teams = on_both.sides.values()
    await slack.ask('calendar create "Only in Slack" tomorrow 15:00')
    await on_both.replies(1, side=slack)

    assert len(await on_both.events("Only in Slack", slack.owner(slack.ada))) == 1
    assert await on_both.events("Only in Slack", teams.owner(teams.ada)) == []
    assert teams.said() == []


async def test_one_platform_in_trouble_holds_up_nothing_on_the_other(on_both: World) -> None:
    slack, teams = on_both.sides.values()
    teams.refuse_once()
    await teams.ask("ping in trouble")
    await slack.ask("ping undisturbed")
    [undisturbed] = await on_both.replies(1, side=slack)
    [late] = await on_both.replies(1, side=teams)

    assert undisturbed.text == "pong undisturbed"
    assert late.text == "pong in trouble"
