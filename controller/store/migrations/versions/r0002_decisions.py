"""Revision 2: attestations, and exceptions with an end."""

from controller.store.migrations.second import decisions

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    decisions.create()
