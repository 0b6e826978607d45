"""Revision 1: the log, what follows from it, and what does not."""

from controller.store.migrations.first import log, private, projections

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    log.create()
    projections.create()
    private.create()
