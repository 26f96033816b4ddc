"""A pipeline on a page: what stands in which stage, and what it is worth."""

from adapters.hubspot.pipeline import Board, Column
from commands.agenda import listed
from commands.records import MOST, counted, worth
from commands.reply import Item, Reply

_NAMED = 3  # deals told by name; the others are counted


def shown(board: Board) -> Reply:
    """Stages in their order, without those where nothing is."""
    columns = [each for each in board.columns if each.records]
    name = board.pipeline.label
    if not columns:
        return Reply(f"There are no deals in the pipeline “{name}”.")
    text = f"{counted(board.total, 'deal')} in the pipeline “{name}”.{_left_out(board)}"
    more = f" Here are the first {MOST} of {len(columns)} stages." if len(columns) > MOST else ""
    return Reply(text + more, tuple(map(_line, columns[:MOST])))


def _line(column: Column) -> Item:
    sums = worth(column.sums)
    titles = [f"“{each.title}”" for each in column.records[:_NAMED]]
    more = len(column.records) - len(titles)
    told = listed([*titles, *([f"{more} more"] if more else [])])
    return Item(f"{column.stage.label}: {sums}" if sums else column.stage.label, f"{_count(column)}: {told}")


def _count(column: Column) -> str:
    return counted(len(column.records), "deal")


def _left_out(board: Board) -> str:
    """Said where not all of them were read, for the sums are too low then."""
    read = sum(len(each.records) for each in board.columns)
    return f" I have added up {read} of them." if read < board.total else ""
