"""Journal stage moves"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stage_moves",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("came_from", sa.Text(), nullable=False),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("because_of", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("to_stage <> ''", name=op.f("ck_stage_moves_goes_somewhere")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_stage_moves")),
    )


def downgrade() -> None:
    op.drop_table("stage_moves")
