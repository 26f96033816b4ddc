"""What an account is taken by: the ledger sees what it is there to see."""

import math
from pathlib import Path

from tests.acceptance.sides import Said
from tests.drills.leaks import leaks
from tests.drills.ledger import Ledger, Question

ROOM, THREAD = "C1", "1.1"


def asked(ledger: Ledger, number: int) -> list[Question]:
    questions = [ledger.ask("slack", ROOM, THREAD) for _ in range(number)]
    for question in questions:
        ledger.note(question, 0.0, 200)
    return questions


def said(question: Question, room: str = ROOM) -> Said:
    return Said(f"pong {question.word}", room, THREAD, "")


def test_what_was_acknowledged_and_never_answered_is_lost() -> None:
    ledger = Ledger(1)
    first, _ = asked(ledger, 2)
    refused = ledger.ask("slack", ROOM, THREAD)
    ledger.note(refused, 0.0, 503)

    assert ledger.lost("slack", [said(first)]) == 1
    assert ledger.refused() == 1


def test_an_answer_and_a_write_beyond_one_are_duplicates() -> None:
    ledger = Ledger(1)
    first, second = asked(ledger, 2)

    assert ledger.duplicated("slack", [said(first), said(first), said(second)], {second.word: 3}) == 3


def test_answers_in_the_order_of_the_questions_are_right() -> None:
    ledger = Ledger(1)

    assert ledger.wrong("slack", [said(each) for each in asked(ledger, 3)]) == 0


def test_an_answer_in_another_room_or_before_its_turn_or_to_nobody_is_wrong() -> None:
    ledger = Ledger(1)
    first, second = asked(ledger, 2)

    assert ledger.wrong("slack", [said(first, "C2")]) == 1
    assert ledger.wrong("slack", [said(second), said(first)]) == 1
    assert ledger.wrong("slack", [Said("pong d9n9", ROOM, THREAD, "")]) == 1


def test_without_an_acknowledgement_after_the_trouble_there_is_no_recovery() -> None:
    ledger = Ledger(1)
    asked(ledger, 1)
    with ledger.trouble():
        pass

    assert math.isnan(ledger.times().recovery)
    with ledger.trouble():
        pass
    asked(ledger, 1)
    assert ledger.times().recovery >= 0.0


def test_what_was_accounted_for_is_not_among_the_newest() -> None:
    ledger = Ledger(1)
    slow, _ = asked(ledger, 2)
    slow.answered = slow.acknowledged + 9.0
    ledger.times()
    quick, _ = asked(ledger, 2)
    quick.answered = quick.acknowledged + 0.5

    assert ledger.newest_p99("slack") == 0.5


def test_a_secret_in_a_log_or_a_message_is_a_leak(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("token CANARY-one\n")
    (tmp_path / "keyring.json").write_text("CANARY-three")
    message = Said("here is CANARY-two", ROOM, THREAD, "")

    assert leaks(tmp_path, "sqlite:///none", {"CANARY-one", "CANARY-two", "CANARY-three"}, [[message]]) == 2
