"""The tables that the watch asks, as of revision 4."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _create_planned()
    _create_site()
    _create_unprotected()


def _create_planned() -> None:
    op.create_table(
        "planned",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("dataset", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("rpo_s", sa.Float(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "dataset", name=op.f("pk_planned")),
    )


def _create_site() -> None:
    op.create_table(
        "site",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("site", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("clock_offset_s", sa.Float(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "site", name=op.f("pk_site")),
    )
    with op.batch_alter_table("site") as site:
        site.create_index(op.f("ix_site_facility"), ["facility"])


def _create_unprotected() -> None:
    op.create_table(
        "unprotected",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_unprotected")),
    )
