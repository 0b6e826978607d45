"""Revision 4: what the watch asks, what an alert says besides, which backups run."""

import sqlalchemy as sa
from alembic import op

from controller.store.migrations.fourth import watching

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    watching.create()
    with op.batch_alter_table("alert") as alert:
        alert.add_column(
            sa.Column("detail", sa.String(length=96), nullable=False, server_default="")
        )
    with op.batch_alter_table("presence") as presence:
        presence.add_column(sa.Column("running", sa.Text(), nullable=False, server_default="[]"))
