"""Many records in few calls: chunks, and halves of a chunk that was refused as a whole."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from tasks.contracts.errors import Halted, NeedsHuman, SyncError, Throttled

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

ALIKE_FOR_ALL = {"MISSING_SCOPES", "INVALID_FIELD"}
"""Refusals that no row is guilty of."""


def chunks_of(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Slices of at most this many."""
    return (items[start : start + size] for start in range(0, len(items), size))


def ask_in_chunks(
    keys: Iterable[Key], size: int, ask: Callable[[Sequence[Key]], Mapping[Key, Value | SyncError]]
) -> dict[Key, Value | SyncError]:
    """An answer or an error per key. Each key is asked for once; a failing chunk fails only its own keys."""
    answers: dict[Key, Value | SyncError] = {}
    distinct = list(dict.fromkeys(keys))
    for chunk in chunks_of(distinct, size):
        answers |= _ask_in_halves(chunk, ask)
        stop = answers[chunk[-1]]
        if isinstance(stop, Throttled | Halted):  # the remaining chunks would only wait for the same answer
            return {key: answers.get(key, stop) for key in distinct}
    return answers


def _ask_in_halves(
    chunk: Sequence[Key], ask: Callable[[Sequence[Key]], Mapping[Key, Value | SyncError]]
) -> dict[Key, Value | SyncError]:
    try:
        return dict(ask(chunk))
    except SyncError as error:
        if len(chunk) == 1 or not isinstance(error, NeedsHuman) or error.code in ALIKE_FOR_ALL:
            return dict.fromkeys(chunk, error)
    middle = len(chunk) // 2
    return _ask_in_halves(chunk[:middle], ask) | _ask_in_halves(chunk[middle:], ask)
