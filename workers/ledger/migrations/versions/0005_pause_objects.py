"""Pause objects"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wait", sa.Interval(), nullable=True),
        sa.CheckConstraint(
            "(paused_at IS NULL) = (probe_at IS NULL) AND (paused_at IS NULL) = (wait IS NULL)",
            name=op.f("ck_pauses_pause_is_whole"),
        ),
        sa.CheckConstraint("refused >= 0", name=op.f("ck_pauses_refused_is_a_count")),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pauses")),
    )


def downgrade() -> None:
    op.drop_table("pauses")
