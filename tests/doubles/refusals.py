"""What both CRMs in memory refuse alike, and how they spell an e-mail address."""

from collections.abc import Container, Iterable

from tasks.contracts.errors import Gone
from tasks.contracts.reasons import Reason
from tasks.contracts.records import Kind
from tests.doubles.past import Tombstones


def spelled(email: str) -> str:
    return email.strip().lower()


def refuse_buried(tombstones: Tombstones, kind: Kind, record_id: str) -> None:
    if (kind, record_id) in tombstones:
        raise Gone(f"there is a tombstone for {record_id}", code=Reason.TOMBSTONED)


def require(known: Container[object], wanted: Iterable[object]) -> None:
    for one in wanted:
        if one not in known:
            raise Gone(f"{one} is not there")
