"""A file that comes with an answer is put into the folder where the person is, and nothing there is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters import openai
from bot.desk import open_desk
from bot.plan import Plan
from bot.terminal.conversation import Conversation
from bot.terminal.saving import save
from commands.reply import Field, File
from tests.bot.terminal.conftest import ANN, Recorder


def test_it_is_there_under_its_name(tmp_path: Path) -> None:
    assert save(File("a cat.jpg", b"cat", "image/jpeg"), tmp_path) == "a cat.jpg"
    assert (tmp_path / "a cat.jpg").read_bytes() == b"cat"


def test_nothing_is_overwritten_not_even_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(b"mine")
    (tmp_path / "cat-2.jpg").symlink_to(tmp_path / "nowhere")
    assert save(File("cat.jpg", b"cat", "image/jpeg"), tmp_path) == "cat-3.jpg"
    assert (tmp_path / "cat.jpg").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../out.jpg",
        "/etc/passwd",
        "..",
        ".",
        "",
        ".bashrc",
        "a/b\\c:d.jpg",
        "\x1b[2J.jpg",
        "a\nb.jpg",
        "\u202egpj.exe",
        "é 水.jpg",
    ],
)
def test_no_name_leads_out_of_the_folder_or_hides(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    saved = save(File(name, b"x", "image/jpeg"), folder)
    assert [each.name for each in folder.iterdir()] == [saved]
    assert [each.name for each in tmp_path.iterdir()] == ["here"]
    assert saved.isprintable()
    assert not saved.startswith(".")


def test_a_folder_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        save(File("cat.jpg", b"x", "image/jpeg"), tmp_path / "gone")


async def test_a_picture_becomes_a_file_where_the_person_is(
    make_plan: Callable[..., Plan], recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    plan = make_plan(adapters=[openai.ADAPTER])
    async with open_desk(plan, "", plan.settings.database) as desk:
        answer = await Conversation(desk, ANN, recorder, plan.clock).say("imagine a lighthouse in the fog")
    assert [reply.partial for reply in recorder.drawn] == [True, False]
    assert answer.reply.fields == (Field("Saved as", "a-lighthouse-in-the-fog.jpg"),)
    assert answer.reply.file is None
    assert Path("a-lighthouse-in-the-fog.jpg").read_bytes().startswith(b"\xff\xd8\xff")


async def test_where_it_can_not_be_saved_that_is_said(
    make_plan: Callable[..., Plan], recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    plan = make_plan(adapters=[openai.ADAPTER])
    async with open_desk(plan, "", plan.settings.database) as desk:
        answer = await Conversation(desk, ANN, recorder, plan.clock).say("imagine a lighthouse in the fog")
    assert answer.reply.fields[0].name == "Not saved"
    assert "Start me in a folder that I may write to" in answer.reply.fields[0].value
