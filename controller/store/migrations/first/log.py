"""The log's tables as of revision 1."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _create_catalogue()
    _create_checkpoint()
    _create_facility_head()
    _create_log_entry()
    _create_log_node()
    _create_log_state()


def _create_catalogue() -> None:
    op.create_table(
        "catalogue",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("catalogue", sa.String(length=96), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_catalogue")),
    )


def _create_checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "made_at", name=op.f("pk_checkpoint")),
    )


def _create_facility_head() -> None:
    op.create_table(
        "facility_head",
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("facility", name=op.f("pk_facility_head")),
    )


def _create_log_entry() -> None:
    op.create_table(
        "log_entry",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("facility_sequence", sa.BigInteger(), nullable=False),
        sa.Column("facility_previous", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=True),
        sa.Column("incarnation", sa.String(length=96), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_log_entry")),
    )
    op.create_index(
        "uq_log_entry_chain", "log_entry", ["agent", "incarnation", "sequence"], unique=True
    )
    op.create_index(
        "uq_log_entry_facility_sequence",
        "log_entry",
        ["facility", "facility_sequence"],
        unique=True,
    )


def _create_log_node() -> None:
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_node")),
    )


def _create_log_state() -> None:
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_state")),
    )
