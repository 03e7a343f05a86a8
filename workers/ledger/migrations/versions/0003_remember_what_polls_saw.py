"""Remember what polls saw, and whose turn it is"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("heir", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_sightings")),
    )
    op.create_index("ix_sightings_record_id_15", "sightings", [sa.text("left(record_id, 15)")])
    op.create_index("ix_sightings_opportunity_15", "sightings", [sa.text("left(facts ->> 'opportunity_id', 15)")])
    op.create_index("ix_snapshots_email", "snapshots", [sa.text("(body ->> 'email')")])
    op.add_column("cursors", sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False))
    op.add_column("cursors", sa.Column("quiet", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cursors", sa.Column("problem", sa.Text(), server_default="", nullable=False))
    op.add_column("cursors", sa.Column("claim_token", sa.Text(), nullable=True))
    op.add_column("cursors", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_cursors_claim_is_whole"), "cursors", "(claim_token IS NULL) = (claimed_until IS NULL)"
    )
    op.create_check_constraint(op.f("ck_cursors_quiet_is_a_count"), "cursors", "quiet >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cursors_quiet_is_a_count"), "cursors")
    op.drop_constraint(op.f("ck_cursors_claim_is_whole"), "cursors")
    for name in ("claimed_until", "claim_token", "problem", "quiet", "due_at"):
        op.drop_column("cursors", name)
    op.drop_index("ix_snapshots_email", table_name="snapshots")
    op.drop_index("ix_sightings_opportunity_15", table_name="sightings")
    op.drop_index("ix_sightings_record_id_15", table_name="sightings")
    op.drop_table("sightings")
