"""Where people are reached is stored when it is news, and a database that fails keeps nobody from being answered."""

from typing import Any

import pytest
from sqlalchemy import event, text

from bot.teams.references import Conversations
from bot.teams.sandbox.workspace import ADA, BOT, GENERAL, GROUP, TEAM_GROUP, TENANT
from storage.errors import StorageError
from storage.references import References
from tests.bot.teams.stage import Stage

OLD, NEW = "http://127.0.0.1:1/old/", "http://127.0.0.1:1/new/"


def route(on: Stage, **changes: str) -> dict[str, str]:
    """Of a message from Ada's chat with the bot, but for what is changed."""
    where = {"conversation": on.chat(), "service_url": NEW, "type": "personal", "team": ""}
    return {**where, "bot": BOT, "user": on.user(), "replaces": "", **changes}


@pytest.fixture
def writes(on: Stage) -> list[str]:
    """What is written from now on."""
    written: list[str] = []

    @event.listens_for(on.database.engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("INSERT", "DELETE")):
            written.append(statement)

    return written


async def test_a_message_tells_where_its_conversation_is_reached(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), 100.0)
    on.restart()

    assert (await on.conversations.newest(on.at(GROUP))).service_url == NEW
    assert await on.conversations.chat_with(TENANT, on.user()) is None


async def test_in_a_chat_of_two_it_tells_where_the_person_is_reached(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on), 100.0)
    on.restart()

    chat = await on.conversations.chat_with(TENANT, on.user())
    assert chat is not None
    assert (chat.tenant, chat.conversation, chat.service_url) == (TENANT, on.chat(), NEW)


async def test_who_has_spoken_among_others_only_is_met_there_and_in_no_chat_of_their_own(on: Stage) -> None:
    """Not even who has no id in Entra, and so the same id for both."""
    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), 100.0, on.user())
    on.restart()

    met = await on.conversations.met(TENANT, on.user())
    assert met is not None
    assert (met.conversation, met.type, met.bot) == (GROUP, "groupChat", BOT)
    assert await on.conversations.chat_with(TENANT, on.user()) is None


async def test_who_has_spoken_alone_is_met_there_whatever_they_say_among_others(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), 100.0, ADA)
    await on.conversations.note(TENANT, route(on), 200.0, ADA)
    on.restart()
    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), 300.0, ADA)

    met = await on.conversations.met(TENANT, ADA)
    assert met is not None
    assert met.conversation == on.chat()


async def test_where_people_are_met_among_others_is_written_once(on: Stage, writes: list[str]) -> None:
    for where in (GROUP, GENERAL, GROUP, GENERAL):
        await on.conversations.note(TENANT, route(on, conversation=where, type="channel"), 100.0, ADA)

    assert len(writes) == 3  # both places, and the person


async def test_who_was_met_where_the_bot_is_no_more_is_met_at_the_next_place(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), 100.0, ADA)
    await on.conversations.forget(TENANT, GROUP)
    assert await on.conversations.met(TENANT, ADA) is None

    await on.conversations.note(TENANT, route(on, conversation=GENERAL, type="channel"), 200.0, ADA)
    met = await on.conversations.met(TENANT, ADA)
    assert met is not None
    assert met.conversation == GENERAL


async def test_where_people_are_met_is_reached_at_the_newest_address(on: Stage) -> None:
    for seen, address in ((100.0, OLD), (200.0, NEW)):
        told = route(on, conversation=GROUP, type="groupChat", service_url=address)
        await on.conversations.note(TENANT, told, seen, ADA)

    met = await on.conversations.met(TENANT, ADA)
    assert met is not None
    assert met.service_url == NEW


async def test_all_threads_of_a_channel_are_one(on: Stage, writes: list[str]) -> None:
    for _ in range(3):
        told = route(on, conversation=on.thread(), type="channel", team=TEAM_GROUP)
        await on.conversations.note(TENANT, told, 100.0)

    thread = on.thread()
    assert len(writes) == 1
    assert (await on.conversations.newest(on.at(thread))).service_url == NEW
    assert (await on.conversations.newest(on.at(thread))).conversation == thread


async def test_it_is_written_when_it_is_news_only(on: Stage, writes: list[str]) -> None:
    for seen in range(5):
        await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat"), float(seen))
    assert len(writes) == 1

    await on.conversations.note(TENANT, route(on, conversation=GROUP, type="groupChat", service_url=OLD), 9.0)
    assert len(writes) == 2


async def test_a_message_that_waited_long_does_not_bring_an_old_address_back(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on), 200.0)
    await on.conversations.note(TENANT, route(on, service_url=OLD), 100.0)

    assert (await on.conversations.newest(on.at(on.chat()))).service_url == NEW


async def test_what_names_no_place_is_not_stored(on: Stage, writes: list[str]) -> None:
    await on.conversations.note(TENANT, route(on, conversation=""), 100.0)
    await on.conversations.note(TENANT, route(on, service_url=""), 100.0)

    assert writes == []


async def test_a_conversation_that_is_unknown_is_reached_where_its_message_came_from(on: Stage) -> None:
    assert await on.conversations.newest(on.at(GROUP)) == on.at(GROUP)


async def test_a_chat_that_has_ended_is_forgotten_until_it_begins_again(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on), 100.0)
    await on.conversations.forget(TENANT, on.chat())
    assert await on.conversations.chat_with(TENANT, on.user()) is None

    await on.conversations.note(TENANT, route(on), 100.0)
    assert await on.conversations.chat_with(TENANT, on.user()) is not None


async def test_without_a_database_people_are_answered_where_their_message_came_from(
    on: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await on.database.run(lambda connection: connection.execute(text("DROP TABLE reference")))
    await on.conversations.note(TENANT, route(on), 100.0)

    assert await on.conversations.newest(on.at(GROUP)) == on.at(GROUP)
    assert await on.conversations.chat_with(TENANT, on.user()) is None
    assert "could not be stored" in caplog.text


async def test_what_can_not_be_forgotten_now_is_forgotten_later(on: Stage) -> None:
    await on.database.run(lambda connection: connection.execute(text("DROP TABLE reference")))
    with pytest.raises(StorageError):
        await on.conversations.forget(TENANT, on.chat())


async def test_what_another_process_forgot_is_found_again_once_it_is_told_again(on: Stage) -> None:
    await on.conversations.note(TENANT, route(on), on.clock.time())
    await Conversations(References(on.database), on.clock).forget(TENANT, on.chat())
    on.clock.ahead = 61.0
    gone = await on.conversations.chat_with(TENANT, on.user())
    await on.conversations.note(TENANT, route(on), on.clock.time())

    assert gone is None
    assert await on.conversations.chat_with(TENANT, on.user()) is not None
