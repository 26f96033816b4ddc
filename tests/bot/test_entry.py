"""What is noted of a call for its asker: what they asked, what came of it, and no secret."""

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot import words
from bot.entry import OUTCOMES, entries_of
from bot.platform import Asked, Filled, Gone, Joined, Notice, Press, Stranger, Words
from commands import SUBJECTS
from commands.call import Call
from commands.catalog import Catalog, subjects
from commands.reply import Reply
from commands.usage import UsageError
from storage.entry import Entry
from tests.bot.conftest import ASKER, MONDAY, PLACE

KEY = "sk-ant-api03-CANARY" + "0a1B" * 20  # nobody's
CATALOG = Catalog(subjects(SUBJECTS), lambda _: True)
WRITE = CATALOG.named("calendar create")


FOUND, TYPED = Reply("I found one."), Words("calendar find lunch")


def asked(what: Any) -> Asked:
    return Asked(ASKER, PLACE, "slash", what)


def call(**arguments: Any) -> Call:
    return Call("call-1", "calendar find", arguments or {"words": "lunch"}, ASKER, PLACE, "slash", MONDAY)


def entry(call: Call | None, reply: Reply = FOUND, what: Any = TYPED) -> Entry:
    [noted] = entries_of("slack:1", 1000.0, asked(what), call, call, reply, CATALOG)
    return noted


def test_a_call_is_noted_with_its_arguments_and_how_the_answer_began() -> None:
    said = Reply("I found one.\nThe rest is nobody's business.", account="Google Calendar: ada@acme.test", record="m-1")

    assert entry(call(), said) == Entry(
        id="slack:1",
        kind="call",
        at=1000.0,
        actor=ASKER.key,
        name=ASKER.name,
        via="slash",
        conversation=PLACE.conversation,
        command="calendar find",
        arguments='{"words": "lunch"}',
        account="Google Calendar: ada@acme.test",
        confirmed_by="",
        outcome="done",
        said="I found one.",
        record="m-1",
    )


def test_a_confirmation_is_noted_and_so_is_what_it_let_happen() -> None:
    pressed = Call("call-1", "confirm", {"id": "p-1"}, ASKER, PLACE, "button", MONDAY)
    ran = replace(call(), confirmed="digest", confirmed_by="slack:T1:U-boss")
    decision, done = entries_of("slack:1", 1000.0, asked(Press("offer-1")), pressed, ran, FOUND, CATALOG)

    assert (decision.kind, decision.command, decision.outcome) == ("decision", "confirm", "confirmed")
    assert (done.kind, done.command, done.outcome, done.confirmed_by) == ("call", "calendar find", "done", "slack:T1:U-boss")


def test_what_was_only_shown_is_noted_as_that() -> None:
    assert entry(replace(call(), dry_run=True)).outcome == "previewed"
    assert entry(call(), Reply("Confirm?", proposal="p-1")).outcome == "to be confirmed"


SORRY = {
    "asked back": words.usage(UsageError("start: is missing"), WRITE, {}),
    "not connected": words.needs_connection(NeedsConnection("Notes"), "https://bot.acme.test/connect/CANARY-ticket"),
    "refused": words.refused(Refused("The meeting is gone.")),
    "unknown": words.unknown(Unknown("Notes did not say."), WRITE.name),
    "gave up": words.gave_up(Unavailable("Notes is away.")),
    "too old": words.stale(),
    "broke": words.broke("abc"),
    "a key in a message": words.leaked("Anthropic"),
}


@pytest.mark.parametrize(("outcome", "reply"), SORRY.items(), ids=SORRY)
def test_what_came_of_it_is_noted_in_a_word_or_two(outcome: str, reply: Reply) -> None:
    noted = entry(call(), reply)

    assert noted.outcome == outcome
    assert reply.text.startswith(noted.said)
    assert "CANARY" not in repr(noted)


def test_every_outcome_can_be_chosen_on_the_page() -> None:
    others = {"done", "done before", "led on", "previewed", "to be confirmed", "confirmed", "cancelled", "decided already"}
    others |= {"too late", "stopped", "repeated"}
    assert set(OUTCOMES) == {*others, *SORRY}


def test_words_that_are_no_call_are_noted_as_they_were() -> None:
    noted = entry(None, words.usage(UsageError("What do you mean?"), None, {}), Words("calender todya"))

    assert (noted.command, noted.arguments, noted.outcome) == ("calender todya", "", "asked back")


def test_a_form_that_is_no_call_is_noted_by_its_command() -> None:
    assert entry(None, words.stale(), Filled("calendar create", {"title": "Lunch"})).command == "calendar create"


def test_a_press_of_a_button_that_nobody_knows_is_noted_as_a_decision() -> None:
    noted = entry(None, words.expired(), Press("offer-1"))

    assert (noted.kind, noted.outcome) == ("decision", "refused")


@pytest.mark.parametrize("what", [Stranger(), Joined(), Gone("T1"), Notice(Reply("Broken."))], ids=repr)
def test_where_nobody_asked_anything_of_ours_nothing_is_noted(what: Any) -> None:
    assert entries_of("slack:1", 1000.0, asked(what), None, None, Reply("Hello"), CATALOG) == ()


def test_a_button_that_became_a_call_is_noted() -> None:
    assert entry(call(), what=Press("offer-1")).command == "calendar find"


def test_no_key_is_noted_wherever_it_stands() -> None:
    noted = entry(call(words=f"first\n{KEY}", notes=[KEY, {"deep": KEY}]), Reply(f"I found nothing with {KEY}."))
    typed = entry(None, words.refused(Refused(f"{KEY} is nothing.")), Words(f"connect {KEY}"))

    assert "CANARY" not in repr((noted, typed))
    assert json.loads(noted.arguments)["words"] == "first\n⟦Anthropic key removed⟧"


def test_long_texts_are_cut_off() -> None:
    noted = entry(call(words="x" * 5000), Reply("y" * 5000))

    assert (len(noted.arguments), len(noted.said)) == (300, 300)


def test_a_key_that_a_cut_would_have_parted_is_taken_out_before() -> None:
    assert "CANARY" not in entry(call(), Reply("y" * 270 + " " + KEY)).said


def test_to_look_at_the_home_tab_is_not_noted() -> None:
    looked = Asked(ASKER, PLACE, "home", Words("integrations"))

    assert entries_of("slack:1", 1000.0, looked, call(), call(), FOUND, CATALOG) == ()


ASKED = Call("call-1", "ask", {"question": "Am I CANARY-ill?", "model": "claude"}, ASKER, PLACE, "slash", MONDAY)


def test_of_what_a_model_is_asked_only_the_length_is_noted() -> None:
    noted = entry(ASKED, Reply("OpenAI answers:", record="gpt: 3 + 4 tokens"))

    assert json.loads(noted.arguments) == {"question": "16 characters", "model": "claude"}
    assert (noted.command, noted.said, noted.record) == ("ask", "OpenAI answers:", "gpt: 3 + 4 tokens")


@pytest.mark.parametrize("question", ["Am I CANARY-ill?", "CANARY\nin two lines"])
def test_an_answer_that_quotes_what_a_model_was_asked_is_noted_without_it(question: str) -> None:
    noted = entry(replace(ASKED, arguments={"question": question}), Reply(f"“{question}”, painted by OpenAI."))

    assert noted.said == f"“{len(question)} characters”, painted by OpenAI."


def test_one_character_is_not_taken_out_of_the_words_of_an_answer() -> None:
    assert entry(replace(ASKED, arguments={"question": "a"}), Reply("OpenAI has a say: a")).said == (
        "OpenAI has 1 character say: 1 character"
    )


def test_of_a_command_that_is_gone_since_no_words_are_noted() -> None:
    gone = replace(ASKED, command="oracle", arguments={"words": "CANARY-words", "times": 3})

    assert json.loads(entry(gone, words.switched_off("oracle")).arguments) == {"words": "12 characters", "times": 3}


NOT_FOR_US = {
    "compare openai CANARY": "compare (13 characters)",  # there is no second model in it
    "aks Am I CANARY-ill?": "aks (16 characters)",
    "ask --form CANARY": "ask (13 characters)",
    "Am I CANARY-ill?": "Am (13 characters)",
    "oracle CANARY": "oracle (6 characters)",
    "私の給料はCANARYいくらですか教えてくださいお願いしますありがとうございます": "40 characters",
}


@pytest.mark.parametrize(("typed", "noted"), NOT_FOR_US.items())
def test_words_that_are_no_call_and_may_have_been_for_a_model_are_noted_by_their_length(typed: str, noted: str) -> None:
    made = entry(None, words.usage(UsageError(f"I don't know “{typed}”."), None, {}), Words(typed))

    assert (made.command, made.said, made.outcome) == (noted, "", "asked back")


def test_of_a_form_for_a_model_that_is_no_call_the_answer_is_not_noted() -> None:
    made = entry(None, words.refused(Refused("There is no model “CANARY”.")), Filled("compare", {"question": "CANARY"}))

    assert (made.command, made.said) == ("compare", "")
