"""Revision 3: the province's own pack of policies."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_pack",
        sa.Column("pack", sa.String(length=96), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("envelope_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pack", name=op.f("pk_policy_pack")),
    )
