"""A company whose stage was cleared to be set back gets its stage, whatever became of the run that cleared it."""

from datetime import timedelta

from tasks.contracts.machinery import OwedBook

BEGUN_BEFORE = timedelta(minutes=10)


def finish_stage_moves(book: OwedBook) -> int:
    """Returns how many rows are owed again, for `resend_owed` to wake; safe to run twice."""
    return book.owe_unfinished_moves(begun_before=BEGUN_BEFORE)
