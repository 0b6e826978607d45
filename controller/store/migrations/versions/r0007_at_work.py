"""Revision 7: of which watched paths only attacks are an alarm, and since when that is known."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("watched_path") as path:
        for name in ("at_work_at", "at_work_index", "silenced_index"):
            path.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
