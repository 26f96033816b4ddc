"""What a stand-in of an AI provider says when nobody has told it what to: always the same to the same question."""

import re
from collections.abc import Iterator

from adapters.sandbox_chat_script import Question

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_MOST = 3  # sentences of a summary
_LONG = 400  # characters: what is longer is summarized


def improvised(question: Question) -> list[str]:
    """An answer in pieces of a few words, in Markdown."""
    asked = question.said[-1].strip() if question.said else ""
    text = _summary(asked) if len(asked) > _LONG else _echo(asked, question)
    return list(_pieces(text))


def _summary(text: str) -> str:
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE.findall(text)]
    chosen = [sentence for sentence in sentences if len(sentence) > 1][:_MOST]
    return "**In short**\n\n" + "\n".join(f"- {sentence[:200]}" for sentence in chosen)


def _echo(asked: str, question: Question) -> str:
    quoted = "\n".join(f"> {line}" for line in asked.splitlines() if not line.startswith("File “"))
    lines = [f"You asked:\n\n{quoted}\n\nI am *{question.model}*, a **stand-in**: I know nothing, and I cost nothing."]
    if len(question.said) > 1:
        lines.append(f"Before that we said {len(question.said) - 1} things here.")
    lines += [f"- attached: `{each.mime}`, {each.size} bytes" for each in question.attached]
    return "\n".join(lines)


def _pieces(text: str) -> Iterator[str]:
    """Three words each, with what is between them."""
    words = re.findall(r"\S+\s*", text)
    for first in range(0, len(words), 3):
        yield "".join(words[first : first + 3])
