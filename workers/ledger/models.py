"""The tables of the ledger; what they promise by themselves is stated here as constraints."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, MetaData, Sequence, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from tasks.contracts.records import Lane, PersonKind

EMPTY_JSON = text("'{}'::jsonb")
OPEN = text("requested > done AND parked_at IS NULL")
"""Owed and not given up: what the hot queries look at, however long the history grows."""


class LedgerTable(DeclarativeBase):
    """What all tables share: aware times, text without lengths, and names for constraints that can be dropped."""

    type_annotation_map = {  # noqa: RUF012 -- declarative reads it as a class variable
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        Any: JSONB,
        str: Text,
    }
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


FENCES = Sequence("fences", metadata=LedgerTable.metadata)


def first_fifteen(salesforce_id: Any) -> ColumnElement[str]:
    """What identifies a Salesforce record in its 15- and its 18-character form alike; case counts."""
    return func.left(salesforce_id, 15)


def _one_of(column: str, values: type[Lane] | type[PersonKind]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


class ChangeRow(LedgerTable):
    """An announcement, noted once."""

    __tablename__ = "changes"
    __table_args__ = (
        CheckConstraint("owed_rows >= 0", name="owed_rows_is_a_count"),
        Index(None, "kind", "record_id", "received_at"),
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    kind: Mapped[str]
    record_id: Mapped[str]
    what: Mapped[str]
    occurred_at: Mapped[datetime | None]
    producer: Mapped[str] = mapped_column(server_default="")
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    owed_rows: Mapped[int] = mapped_column(server_default="0")


class MalformedRow(LedgerTable):
    """An announcement nobody can act on, whole."""

    __tablename__ = "malformed_changes"
    __table_args__ = (CheckConstraint("times > 0", name="came_at_least_once"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    payload: Mapped[str]
    problem: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    times: Mapped[int] = mapped_column(server_default="1")


class OwedRow(LedgerTable):
    """A task has to be run for a record, or once had to be: the row stays and counts on."""

    __tablename__ = "owed"
    __table_args__ = (
        _one_of("lane", Lane),
        CheckConstraint("requested >= 1", name="was_requested"),
        CheckConstraint("done BETWEEN 0 AND requested", name="done_within_requested"),
        CheckConstraint("forced_upto BETWEEN 0 AND requested", name="forced_within_requested"),
        CheckConstraint("failures >= 0", name="failures_is_a_count"),
        CheckConstraint("(claim_token IS NULL) = (claimed_until IS NULL)", name="claim_is_whole"),
        CheckConstraint("parked_at IS NULL OR problem <> ''", name="parked_says_why"),
        CheckConstraint(
            "(dismissed_at IS NULL AND dismissed_by IS NULL AND dismissed_why IS NULL)"
            " OR (dismissed_at IS NOT NULL AND dismissed_by <> '' AND dismissed_why <> '')",
            name="dismissal_is_whole",
        ),
        Index("ix_owed_due", "task", "lane", "owed_since", postgresql_where=OPEN),
        Index("ix_owed_unattended", "lane", "woken_at", postgresql_where=OPEN),
        Index("ix_owed_parked", "problem_class", "code", postgresql_where=text("parked_at IS NOT NULL")),
        Index("ix_owed_claimed", "claim_token", postgresql_where=text("claim_token IS NOT NULL")),
        Index(None, "record_id"),
    )

    task: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[str]
    requested: Mapped[int] = mapped_column(BigInteger, server_default="1")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    forced_upto: Mapped[int] = mapped_column(BigInteger, server_default="0")
    as_of: Mapped[datetime] = mapped_column(server_default=func.now())
    owed_since: Mapped[datetime] = mapped_column(server_default=func.now())
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    failures: Mapped[int] = mapped_column(server_default="0")
    claim_token: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    woken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    problem: Mapped[str] = mapped_column(server_default="")
    problem_class: Mapped[str] = mapped_column(server_default="")
    code: Mapped[str] = mapped_column(server_default="")
    remedy: Mapped[str] = mapped_column(server_default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_JSON)
    parked_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    dismissed_by: Mapped[str | None]
    dismissed_why: Mapped[str | None]


class LinkRow(LedgerTable):
    """A company and an account are one customer."""

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint("company_id <> '' AND account_id <> ''", name="has_both_sides"),
        CheckConstraint("fence >= 0", name="fence_was_drawn"),
    )

    company_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(unique=True)
    fence: Mapped[int] = mapped_column(BigInteger)
    linked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(server_default="linked")


class ContactLinkRow(LedgerTable):
    """The Salesforce contact or lead behind a HubSpot contact."""

    __tablename__ = "contact_links"
    __table_args__ = (_one_of("kind", PersonKind),)

    contact_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(index=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


# Announced ids may be of 15 characters, stored ones have 18.
Index("ix_links_account_id_15", first_fifteen(LinkRow.account_id))
Index("ix_contact_links_person_id_15", first_fifteen(ContactLinkRow.person_id))


class IdentityClaimRow(LedgerTable):
    """Who is about to create a counterpart for an identity, or has: a company its account, an account its company."""

    __tablename__ = "identity_claims"
    __table_args__ = (
        CheckConstraint("holder_kind IN ('hubspot.company', 'salesforce.account')", name="holder_kind_is_known"),
        Index(None, "holder_id"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    holder_kind: Mapped[str]
    holder_id: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class VerdictRow(LedgerTable):
    """One entry of a record's timeline; a trigger refuses to change or remove it."""

    __tablename__ = "verdicts"
    __table_args__ = (
        CheckConstraint("code <> ''", name="has_a_code"),
        Index(None, "kind", "record_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str]
    record_id: Mapped[str]
    code: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_JSON)
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SnapshotRow(LedgerTable):
    """A fact as last read from a CRM; JSON null says that it was looked for and is absent."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_domains", "domains", postgresql_using="gin"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Any] = mapped_column(JSONB, nullable=False)
    read_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    """When we last wrote to the record: what was read before that says nothing about it any more."""
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """The registrable web domains of a company, for `find_by_domain`; empty for everything else."""


class BaselineRow(LedgerTable):
    """What we last wrote to a field, or both sides last agreed on."""

    __tablename__ = "baselines"

    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FieldProblemRow(LedgerTable):
    """A field of a record that could not be carried, for as long as that is so."""

    __tablename__ = "field_problems"
    __table_args__ = (
        CheckConstraint("problem <> '' AND code <> ''", name="says_why"),
        Index(None, "problem_class", "code"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    problem_class: Mapped[str]
    code: Mapped[str]
    problem: Mapped[str]
    remedy: Mapped[str] = mapped_column(server_default="")
    attempt: Mapped[str] = mapped_column(server_default="")
    tried_at: Mapped[datetime] = mapped_column(server_default=func.now())
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    seen: Mapped[datetime] = mapped_column(server_default=func.now())


class PausedFieldRow(LedgerTable):
    """A field that no record syncs any more, because its set-up is wrong."""

    __tablename__ = "paused_fields"
    __table_args__ = (CheckConstraint("problem <> '' AND code <> ''", name="says_why"),)

    field: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    problem: Mapped[str]
    remedy: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    paused_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SightingRow(LedgerTable):
    """A record as a poll has seen it, with our own writes since then on top."""

    __tablename__ = "sightings"

    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]
    stamp: Mapped[datetime | None]
    fate: Mapped[str]
    heir: Mapped[str] = mapped_column(server_default="")
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


# Who has a role in an opportunity, and which contact has an e-mail address.
Index("ix_sightings_record_id_15", first_fifteen(SightingRow.record_id))
Index("ix_sightings_opportunity_15", first_fifteen(SightingRow.facts["opportunity_id"].astext))
Index("ix_snapshots_email", SnapshotRow.body["email"].astext)


class CursorRow(LedgerTable):
    """How far a poll or a backfill has come, and who is at it."""

    __tablename__ = "cursors"
    __table_args__ = (
        CheckConstraint("(claim_token IS NULL) = (claimed_until IS NULL)", name="claim_is_whole"),
        CheckConstraint("quiet >= 0", name="quiet_is_a_count"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    quiet: Mapped[int] = mapped_column(server_default="0")
    problem: Mapped[str] = mapped_column(server_default="")
    claim_token: Mapped[str | None]
    claimed_until: Mapped[datetime | None]


class SwitchRow(LedgerTable):
    """A switch that somebody has set; the others have their defaults."""

    __tablename__ = "switches"
    __table_args__ = (CheckConstraint("changed_by <> ''", name="says_who"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB, nullable=False)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[str]


class ProducerKeyRow(LedgerTable):
    """A key with which a producer announces changes over HTTP; the key itself is nowhere."""

    __tablename__ = "producer_keys"
    __table_args__ = (
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'", name="name_is_plain"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_is_of_sha_256"),
    )

    key_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
