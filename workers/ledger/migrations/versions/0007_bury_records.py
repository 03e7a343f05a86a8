"""Bury records: tombstones, and links that rest"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "state IN ('linked', 'sf_deleted', 'company_deleted', 'in_review')"
HELD = sa.text("state IN ('linked', 'sf_deleted')")


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "fate IN ('living', 'deleted', 'merged', 'converted', 'unknown')",
            name=op.f("ck_tombstones_fate_is_known"),
        ),
        sa.CheckConstraint("survivor_id <> record_id", name=op.f("ck_tombstones_survivor_is_another")),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_survivor_id"), "tombstones", ["survivor_id"])
    op.create_index(op.f("ix_tombstones_key"), "tombstones", ["key"])
    op.create_check_constraint(op.f("ck_links_state_is_known"), "links", STATES)
    op.drop_constraint("uq_links_account_id", "links", type_="unique")
    op.create_index("uq_links_held_account_id", "links", ["account_id"], unique=True, postgresql_where=HELD)
    op.create_index(op.f("ix_links_account_id"), "links", ["account_id"])


def downgrade() -> None:
    # Links that rest are unknown to the version before, which would keep them in step.
    op.execute(
        "DELETE FROM identity_claims WHERE holder_kind = 'hubspot.company' AND holder_id IN"
        " (SELECT company_id FROM links WHERE state <> 'linked')"
    )
    op.execute("DELETE FROM links WHERE state <> 'linked'")
    op.drop_index(op.f("ix_links_account_id"), table_name="links")
    op.drop_index("uq_links_held_account_id", table_name="links", postgresql_where=HELD)
    op.create_unique_constraint("uq_links_account_id", "links", ["account_id"])
    op.drop_constraint(op.f("ck_links_state_is_known"), "links", type_="check")
    op.drop_index(op.f("ix_tombstones_key"), table_name="tombstones")
    op.drop_index(op.f("ix_tombstones_survivor_id"), table_name="tombstones")
    op.drop_table("tombstones")
