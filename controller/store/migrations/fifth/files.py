"""The tables of watched files, as of revision 5."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _create_file_event()
    _create_file_hour()
    _create_watched_path()
    _create_watch_span()
    _create_watch_gap()
    _create_event_chain()
    _create_approval()
    _create_event_break()
    _create_suspicion()


def _create_file_event() -> None:
    op.create_table(
        "file_event",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("file", sa.String(length=96), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=96), nullable=False),
        sa.Column("folder_path", sa.Text(), nullable=False),
        sa.Column("old_path", sa.Text(), nullable=False),
        sa.Column("explained", sa.Boolean(), nullable=False),
        sa.Column("explained_by", sa.String(length=96), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=96), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("who_known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "place", name=op.f("pk_file_event")),
    )
    with op.batch_alter_table("file_event") as table:
        table.create_index(op.f("ix_file_event_facility_at"), ["facility", "at"])
        table.create_index(
            op.f("ix_file_event_facility_log_index"), ["facility", "log_index", "position"]
        )


def _create_file_hour() -> None:
    op.create_table(
        "file_hour",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("explained", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agent", "watched", "hour", "explained", "kind", name=op.f("pk_file_hour")
        ),
    )
    with op.batch_alter_table("file_hour") as table:
        table.create_index(op.f("ix_file_hour_facility_hour"), ["facility", "hour"])


def _create_watched_path() -> None:
    op.create_table(
        "watched_path",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("watching", sa.String(length=96), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("told_index", sa.BigInteger(), nullable=False),
        sa.Column("told_last", sa.BigInteger(), nullable=False),
        sa.Column("changed_index", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agent", "watched", name=op.f("pk_watched_path")),
    )
    with op.batch_alter_table("watched_path") as table:
        table.create_index(op.f("ix_watched_path_facility"), ["facility"])


def _create_watch_span() -> None:
    op.create_table(
        "watch_span",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("said_from", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("means", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("agent", "watched", "said_from", name=op.f("pk_watch_span")),
    )
    with op.batch_alter_table("watch_span") as table:
        table.create_index(op.f("ix_watch_span_facility_to_at"), ["facility", "to_at"])


def _create_watch_gap() -> None:
    op.create_table(
        "watch_gap",
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("reason", sa.String(length=96), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_watch_gap")),
    )
    with op.batch_alter_table("watch_gap") as table:
        table.create_index(op.f("ix_watch_gap_facility_to_at"), ["facility", "to_at"])


def _create_event_chain() -> None:
    op.create_table(
        "event_chain",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("incarnation", sa.String(length=96), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=96), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_event_chain")),
    )


def _create_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("incarnation", sa.String(length=96), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=96), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("compared", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("agent", "watched", name=op.f("pk_approval")),
    )


def _create_event_break() -> None:
    op.create_table(
        "event_break",
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("reason", sa.String(length=96), nullable=False),
        sa.Column("known_last", sa.BigInteger(), nullable=False),
        sa.Column("told_first", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_event_break")),
    )
    with op.batch_alter_table("event_break") as table:
        table.create_index(op.f("ix_event_break_facility"), ["facility"])


def _create_suspicion() -> None:
    op.create_table(
        "suspicion",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("suspicion_id", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("watched", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=96), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("first_index", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "suspicion_id", name=op.f("pk_suspicion")),
    )
    with op.batch_alter_table("suspicion") as table:
        table.create_index(op.f("ix_suspicion_facility"), ["facility"])
