"""The tables that are no projections, as of revision 1."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _create_login_failure()
    _create_one_time_link()
    _create_password()
    _create_presence()
    _create_request_nonce()
    _create_session()
    _create_witness()


def _create_login_failure() -> None:
    op.create_table(
        "login_failure",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_failure")),
    )


def _create_one_time_link() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=96), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_one_time_link")),
    )


def _create_password() -> None:
    op.create_table(
        "password",
        sa.Column("user", sa.String(length=96), nullable=False),
        sa.Column("argon2", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_password")),
    )


def _create_presence() -> None:
    op.create_table(
        "presence",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.String(length=96), nullable=False),
        sa.Column("incarnation", sa.String(length=96), nullable=False),
        sa.Column("head_sequence", sa.BigInteger(), nullable=False),
        sa.Column("head_digest", sa.String(length=64), nullable=False),
        sa.Column("agent_version", sa.String(length=96), nullable=False),
        sa.Column("clock_offset_s", sa.Float(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("busy", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_presence")),
    )


def _create_request_nonce() -> None:
    op.create_table(
        "request_nonce",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "nonce", name=op.f("pk_request_nonce")),
    )
    op.create_index(op.f("ix_request_nonce_seen_at"), "request_nonce", ["seen_at"], unique=False)


def _create_session() -> None:
    op.create_table(
        "session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=96), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_user"), "session", ["user"], unique=False)


def _create_witness() -> None:
    op.create_table(
        "witness",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_witness")),
    )
