"""The tables of people's decisions as of revision 2; the log of revision 1 holds none of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def create() -> None:
    _create_attestation()
    _create_exception()
    for name in ("raw", "not_applicable", "declared"):
        op.add_column("score", sa.Column(name, sa.Float(), nullable=True))
    origin = sa.Column("origin", sa.String(length=96), nullable=False, server_default="")
    op.add_column("information_system", origin)


def _create_attestation() -> None:
    op.create_table(
        "attestation",
        sa.Column("attestation_id", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("system", sa.String(length=96), nullable=False),
        sa.Column(
            "controls",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=96), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_index", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=96), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_index", sa.BigInteger(), nullable=True),
        sa.Column("withdrawal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_attestation")),
    )
    op.create_index(op.f("ix_attestation_facility"), "attestation", ["facility"], unique=False)


def _create_exception() -> None:
    op.create_table(
        "control_exception",
        sa.Column("exception_id", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("system", sa.String(length=96), nullable=False),
        sa.Column("control", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=96), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.String(length=96), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_index", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=96), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_index", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(length=96), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_index", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('waiver', 'not_applicable')", name=op.f("ck_control_exception_kind")
        ),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_control_exception")),
    )
    op.create_index(
        op.f("ix_control_exception_facility"), "control_exception", ["facility"], unique=False
    )
