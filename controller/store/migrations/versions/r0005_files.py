"""Revision 5: changes of watched files, and whether each host watches now."""

import sqlalchemy as sa
from alembic import op

from controller.store.migrations.fifth import files

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    files.create()
    with op.batch_alter_table("presence") as presence:
        presence.add_column(
            sa.Column("watching", sa.String(length=96), nullable=False, server_default="")
        )
        presence.add_column(sa.Column("watching_since", sa.BigInteger(), nullable=True))
