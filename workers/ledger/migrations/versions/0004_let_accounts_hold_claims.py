"""Let accounts hold claims, and find snapshots by web domain"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_identity_claims_company_id"), table_name="identity_claims")
    op.alter_column("identity_claims", "company_id", new_column_name="holder_id")
    op.add_column(
        "identity_claims", sa.Column("holder_kind", sa.Text(), server_default="hubspot.company", nullable=False)
    )
    op.alter_column("identity_claims", "holder_kind", server_default=None)
    op.create_check_constraint(
        op.f("ck_identity_claims_holder_kind_is_known"),
        "identity_claims",
        "holder_kind IN ('hubspot.company', 'salesforce.account')",
    )
    op.create_index(op.f("ix_identity_claims_holder_id"), "identity_claims", ["holder_id"], unique=False)
    op.add_column(
        "snapshots",
        sa.Column("domains", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_snapshots_domains", "snapshots", ["domains"], unique=False, postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_snapshots_domains", table_name="snapshots")
    op.drop_column("snapshots", "domains")
    op.execute("DELETE FROM identity_claims WHERE holder_kind <> 'hubspot.company'")
    op.drop_index(op.f("ix_identity_claims_holder_id"), table_name="identity_claims")
    op.drop_constraint(op.f("ck_identity_claims_holder_kind_is_known"), "identity_claims")
    op.drop_column("identity_claims", "holder_kind")
    op.alter_column("identity_claims", "holder_id", new_column_name="company_id")
    op.create_index(op.f("ix_identity_claims_company_id"), "identity_claims", ["company_id"], unique=False)
