"""Revision 6: what nothing explains is found by its host and path, however much a facility told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_file_event_unexplained"),
        "file_event",
        ["agent", "watched", "log_index", "files", "explained"],
        sqlite_where=sa.text("explained IS 0"),
        postgresql_where=sa.text("explained IS FALSE"),
    )
