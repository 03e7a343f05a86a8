"""Nothing owed is forgotten: whatever is due and unattended is sent again."""

from tasks.contracts.machinery import Messenger, OwedBook

AT_ONCE = 20_000


def resend_owed(book: OwedBook, messenger: Messenger) -> int:
    """Heals a flushed Redis, a lost message, a dead worker. Returns how many rows were woken; safe to run twice."""
    unattended = book.find_unattended(limit=AT_ONCE)
    messenger.wake(unattended)
    return len(unattended)
