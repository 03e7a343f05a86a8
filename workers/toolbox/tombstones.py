"""What the doors of both CRMs are kept from: writing under the id of a record that is gone."""

from collections.abc import Iterable, Mapping

from tasks.contracts.errors import Gone, SyncError
from tasks.contracts.fates import Fate
from tasks.contracts.reasons import Reason


def buried_problem(record_id: str, buried: str) -> Gone:
    """`buried` is the record that has the tombstone, with its kind."""
    return Gone(
        f"nothing is written under the id {record_id}: there is a tombstone for {buried}",
        code=Reason.TOMBSTONED,
        evidence={"id": record_id, "tombstone": buried},
    )


def together(found: Mapping[str, Fate | SyncError], ids: Iterable[str]) -> list[Fate] | SyncError:
    """The fates of these, or what kept one of them from being known."""
    fates: list[Fate] = []
    for one in dict.fromkeys(ids):
        fate = found.get(one)
        if isinstance(fate, SyncError):
            return fate
        if fate:
            fates.append(fate)
    return fates
