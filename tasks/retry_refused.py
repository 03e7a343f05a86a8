"""What a rule of a CRM refused is tried again once a day: rules are changed without any record telling of it."""

from tasks.contracts.machinery import OwedBook
from tasks.rules.consequences import A_DAY, TRIED_AGAIN_DAILY

AT_ONCE = 5_000


def retry_refused(book: OwedBook) -> int:
    """Returns how many rows are owed again, for `resend_owed` to wake; safe to run twice."""
    return book.retry_parked(TRIED_AGAIN_DAILY, parked_for=A_DAY, limit=AT_ONCE)
