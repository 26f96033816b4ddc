"""What the stand-ins of AI providers say of their own accord, and on demand."""

from adapters.sandbox_chat_script import Attached, Question, tokens
from adapters.sandbox_chat_words import improvised
from tests.adapters.hosted import staged, text


def test_a_short_question_is_given_back() -> None:
    question = Question("parrot-1", ("Hi.", "Hello.", "Why is the sky blue?"), attached=(Attached("image/png", 7),))
    answer = "".join(improvised(question))
    assert "> Why is the sky blue?" in answer
    assert "*parrot-1*" in answer
    assert "we said 2 things" in answer
    assert "- attached: `image/png`, 7 bytes" in answer


def test_a_long_one_is_summarized() -> None:
    question = Question("parrot-1", (" ".join(f"Sentence number {number} is here." for number in range(50)),))
    assert "".join(improvised(question)).splitlines()[2:] == [f"- Sentence number {number} is here." for number in range(3)]


def test_nothing_asked_is_answered_too() -> None:
    assert improvised(Question("parrot-1", ()))


def test_a_token_is_a_word_and_a_long_word_is_several() -> None:
    assert tokens("a bc", "internationalization") == 5


async def test_the_same_question_gets_the_same_answer() -> None:
    async with staged("openai") as stage:
        assert text(await stage.ask()) == text(await stage.ask())


async def test_it_says_what_it_was_told_once() -> None:
    async with staged("gemini") as stage:
        stage.sandbox.say("One.", "Two.")
        assert [text(await stage.ask()) for _ in range(3)][:2] == ["One.", "Two."]
        assert stage.sandbox.changes("ana@acme.test") == 3
        assert stage.sandbox.state("ana@acme.test") == {}
