"""Remember problems of fields"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "field_problems",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("problem_class", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Text(), server_default="", nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("problem <> '' AND code <> ''", name=op.f("ck_field_problems_says_why")),
        sa.PrimaryKeyConstraint("kind", "record_id", "field", name=op.f("pk_field_problems")),
    )
    op.create_index(
        op.f("ix_field_problems_problem_class_code"), "field_problems", ["problem_class", "code"], unique=False
    )
    op.create_table(
        "paused_fields",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("problem <> '' AND code <> ''", name=op.f("ck_paused_fields_says_why")),
        sa.PrimaryKeyConstraint("field", name=op.f("pk_paused_fields")),
    )
    op.add_column("snapshots", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("snapshots", "written_at")
    op.drop_table("paused_fields")
    op.drop_index(op.f("ix_field_problems_problem_class_code"), table_name="field_problems")
    op.drop_table("field_problems")
