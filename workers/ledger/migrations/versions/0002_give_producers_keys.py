"""Give producers keys"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "producer_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'", name=op.f("ck_producer_keys_name_is_plain")),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_producer_keys_digest_is_of_sha_256")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_producer_keys")),
    )
    op.create_index(op.f("ix_producer_keys_name"), "producer_keys", ["name"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_producer_keys_name"), table_name="producer_keys")
    op.drop_table("producer_keys")
