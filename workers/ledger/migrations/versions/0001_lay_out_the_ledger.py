"""Lay out the ledger"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


REFUSE = """
CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'verdicts are appended to, never changed or removed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
APPEND_ONLY = """
CREATE TRIGGER verdicts_are_append_only BEFORE UPDATE OR DELETE ON verdicts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history()
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("fences")))
    op.create_table(
        "baselines",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", "field", name=op.f("pk_baselines")),
    )
    op.create_table(
        "changes",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("producer", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("owed_rows", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("owed_rows >= 0", name=op.f("ck_changes_owed_rows_is_a_count")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_changes")),
    )
    op.create_index(
        op.f("ix_changes_kind_record_id_received_at"), "changes", ["kind", "record_id", "received_at"], unique=False
    )
    op.create_table(
        "contact_links",
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('contact', 'lead')", name=op.f("ck_contact_links_kind_is_known")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_links")),
    )
    op.create_index(op.f("ix_contact_links_account_id"), "contact_links", ["account_id"], unique=False)
    op.create_index(op.f("ix_contact_links_person_id"), "contact_links", ["person_id"], unique=False)
    op.create_index(
        "ix_contact_links_person_id_15", "contact_links", [sa.literal_column("left(person_id, 15)")], unique=False
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "identity_claims",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_identity_claims")),
    )
    op.create_index(op.f("ix_identity_claims_company_id"), "identity_claims", ["company_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="linked", nullable=False),
        sa.CheckConstraint("company_id <> '' AND account_id <> ''", name=op.f("ck_links_has_both_sides")),
        sa.CheckConstraint("fence >= 0", name=op.f("ck_links_fence_was_drawn")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_links")),
        sa.UniqueConstraint("account_id", name=op.f("uq_links_account_id")),
    )
    op.create_index("ix_links_account_id_15", "links", [sa.literal_column("left(account_id, 15)")], unique=False)
    op.create_table(
        "malformed_changes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_malformed_changes_came_at_least_once")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_malformed_changes")),
    )
    op.create_table(
        "owed",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("requested", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("forced_upto", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("owed_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("problem_class", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("remedy", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Text(), nullable=True),
        sa.Column("dismissed_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(dismissed_at IS NULL AND dismissed_by IS NULL AND dismissed_why IS NULL)"
            " OR (dismissed_at IS NOT NULL AND dismissed_by <> '' AND dismissed_why <> '')",
            name=op.f("ck_owed_dismissal_is_whole"),
        ),
        sa.CheckConstraint("lane IN ('live', 'backfill', 'maintenance')", name=op.f("ck_owed_lane_is_known")),
        sa.CheckConstraint("parked_at IS NULL OR problem <> ''", name=op.f("ck_owed_parked_says_why")),
        sa.CheckConstraint("(claim_token IS NULL) = (claimed_until IS NULL)", name=op.f("ck_owed_claim_is_whole")),
        sa.CheckConstraint("done BETWEEN 0 AND requested", name=op.f("ck_owed_done_within_requested")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_owed_failures_is_a_count")),
        sa.CheckConstraint("forced_upto BETWEEN 0 AND requested", name=op.f("ck_owed_forced_within_requested")),
        sa.CheckConstraint("requested >= 1", name=op.f("ck_owed_was_requested")),
        sa.PrimaryKeyConstraint("task", "record_id", name=op.f("pk_owed")),
    )
    op.create_index(
        "ix_owed_claimed", "owed", ["claim_token"], unique=False, postgresql_where=sa.text("claim_token IS NOT NULL")
    )
    op.create_index(
        "ix_owed_due",
        "owed",
        ["task", "lane", "owed_since"],
        unique=False,
        postgresql_where=sa.text("requested > done AND parked_at IS NULL"),
    )
    op.create_index(
        "ix_owed_parked",
        "owed",
        ["problem_class", "code"],
        unique=False,
        postgresql_where=sa.text("parked_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_owed_record_id"), "owed", ["record_id"], unique=False)
    op.create_index(
        "ix_owed_unattended",
        "owed",
        ["lane", "woken_at"],
        unique=False,
        postgresql_where=sa.text("requested > done AND parked_at IS NULL"),
    )
    op.create_table(
        "snapshots",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("changed_by <> ''", name=op.f("ck_switches_says_who")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_verdicts_has_a_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_kind_record_id_id"), "verdicts", ["kind", "record_id", "id"], unique=False)
    op.execute(REFUSE)
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_index(op.f("ix_verdicts_kind_record_id_id"), table_name="verdicts")
    op.drop_table("verdicts")
    op.drop_table("switches")
    op.drop_table("snapshots")
    op.drop_index(
        "ix_owed_unattended", table_name="owed", postgresql_where=sa.text("requested > done AND parked_at IS NULL")
    )
    op.drop_index(op.f("ix_owed_record_id"), table_name="owed")
    op.drop_index("ix_owed_parked", table_name="owed", postgresql_where=sa.text("parked_at IS NOT NULL"))
    op.drop_index("ix_owed_due", table_name="owed", postgresql_where=sa.text("requested > done AND parked_at IS NULL"))
    op.drop_index("ix_owed_claimed", table_name="owed", postgresql_where=sa.text("claim_token IS NOT NULL"))
    op.drop_table("owed")
    op.drop_table("malformed_changes")
    op.drop_index("ix_links_account_id_15", table_name="links")
    op.drop_table("links")
    op.drop_index(op.f("ix_identity_claims_company_id"), table_name="identity_claims")
    op.drop_table("identity_claims")
    op.drop_table("cursors")
    op.drop_index("ix_contact_links_person_id_15", table_name="contact_links")
    op.drop_index(op.f("ix_contact_links_person_id"), table_name="contact_links")
    op.drop_index(op.f("ix_contact_links_account_id"), table_name="contact_links")
    op.drop_table("contact_links")
    op.drop_index(op.f("ix_changes_kind_record_id_received_at"), table_name="changes")
    op.drop_table("changes")
    op.drop_table("baselines")
    op.execute("DROP FUNCTION refuse_to_rewrite_history")
    op.execute(sa.schema.DropSequence(sa.Sequence("fences")))
