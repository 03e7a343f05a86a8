"""Who may announce changes over HTTP: producers, and their keys as digests.

A key is 256 random bits. Nobody guesses those, however quickly a guess is checked, so SHA-256 is enough: a slow hash is
for what people think up.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, or_, select, update

from workers.ledger.models import ProducerKeyRow

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
RESERVED_NAMES = frozenset({"hubspot", "poll", "salesforce", "tandem"})
"""Event ids that begin with these are Tandem's own."""
KEY = re.compile(r"tandem_([0-9a-f]{12})_[0-9a-f]{64}")
STAMPED_EVERY = timedelta(minutes=1)
"""A busy producer must not cost a write per request."""


@dataclass(frozen=True, slots=True)
class ProducerKey:
    """What may be told of a key."""

    key_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class PostgresProducers:
    """Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str) -> str:
        """A new key, which only the caller has. More than one per name is how keys are exchanged.

        Raises ValueError, in words for the operator, if nobody can have this name.
        """
        if not NAME.fullmatch(name):
            raise ValueError("a producer's name has 1 to 63 of the characters a-z, 0-9, '.', '_' and '-'")
        if name in RESERVED_NAMES:
            raise ValueError(f"{name} is what Tandem itself is called in event ids; choose another name")
        key_id = secrets.token_hex(6)
        key = f"tandem_{key_id}_{secrets.token_hex(32)}"
        with self._engine.begin() as connection:
            connection.execute(insert(ProducerKeyRow).values(key_id=key_id, name=name, digest=_digest(key)))
        return key

    def list_keys(self) -> list[ProducerKey]:
        """Revoked ones as well: their changes are still there."""
        table = ProducerKeyRow.__table__.c
        query = select(*(table[name] for name in ProducerKey.__dataclass_fields__))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(ProducerKeyRow.name, ProducerKeyRow.created_at)).mappings().all()
        return [ProducerKey(**row) for row in rows]

    def revoke(self, name: str, *, key_id: str | None = None) -> int:
        """From the next request on. All keys of the producer, or the one; how many were good until now."""
        is_meant = ProducerKeyRow.key_id == key_id if key_id else ProducerKeyRow.name == name
        revoked = (
            update(ProducerKeyRow)
            .where(ProducerKeyRow.name == name, is_meant, ProducerKeyRow.revoked_at.is_(None))
            .values(revoked_at=func.now())
        )
        with self._engine.begin() as connection:
            return len(connection.execute(revoked.returning(ProducerKeyRow.key_id)).all())

    def find_name(self, key: str) -> str | None:
        """Whose key this is; None for one that was never given out, or is revoked."""
        found = KEY.fullmatch(key)
        if found is None:
            return None
        is_this = ProducerKeyRow.key_id == found[1]
        given_out = select(ProducerKeyRow.name, ProducerKeyRow.digest).where(
            is_this, ProducerKeyRow.revoked_at.is_(None)
        )
        is_stale = or_(ProducerKeyRow.last_used_at.is_(None), ProducerKeyRow.last_used_at < func.now() - STAMPED_EVERY)
        with self._engine.begin() as connection:
            row = connection.execute(given_out).one_or_none()
            if row is None or not hmac.compare_digest(row.digest, _digest(key)):
                return None
            connection.execute(update(ProducerKeyRow).where(is_this, is_stale).values(last_used_at=func.now()))
        return str(row.name)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
