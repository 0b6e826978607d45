"""The projections' tables as of revision 1."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def create() -> None:
    _create_agent()
    _create_agent_key()
    _create_agent_system()
    _create_alert()
    _create_assignment()
    _create_chain()
    _create_current_statement()
    _create_drill()
    _create_enrolment_token()
    _create_facility()
    _create_information_system()
    _create_manifest()
    _create_policy()
    _create_province()
    _create_score()
    _create_task_order()
    _create_user_account()


def _create_agent() -> None:
    op.create_table(
        "agent",
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("host", sa.String(length=96), nullable=False),
        sa.Column("token_id", sa.String(length=96), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_index", sa.BigInteger(), nullable=False),
        sa.Column("assigned_index", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agent")),
    )
    op.create_index(op.f("ix_agent_facility"), "agent", ["facility"], unique=False)


def _create_agent_key() -> None:
    op.create_table(
        "agent_key",
        sa.Column("keyid", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("from_index", sa.BigInteger(), nullable=False),
        sa.Column("until_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("keyid", name=op.f("pk_agent_key")),
    )
    op.create_index(op.f("ix_agent_key_agent"), "agent_key", ["agent"], unique=False)


def _create_agent_system() -> None:
    op.create_table(
        "agent_system",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("system", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("agent", "system", name=op.f("pk_agent_system")),
    )
    op.create_index(
        "ix_agent_system_facility_system", "agent_system", ["facility", "system"], unique=False
    )


def _create_alert() -> None:
    op.create_table(
        "alert",
        sa.Column("alert_id", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("subject", sa.String(length=96), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_index", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=96), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_facility"), "alert", ["facility"], unique=False)


def _create_assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("envelope_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_assignment")),
    )


def _create_chain() -> None:
    op.create_table(
        "chain",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("incarnation", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("opened_index", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "incarnation", name=op.f("pk_chain")),
    )


def _create_current_statement() -> None:
    op.create_table(
        "current_statement",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "kind", "subject", name=op.f("pk_current_statement")),
    )
    op.create_index(
        op.f("ix_current_statement_facility"), "current_statement", ["facility"], unique=False
    )


def _create_drill() -> None:
    op.create_table(
        "drill",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("drill_id", sa.String(length=96), nullable=False),
        sa.Column("drill_class", sa.String(length=96), nullable=False),
        sa.Column("dataset", sa.String(length=96), nullable=False),
        sa.Column("site", sa.String(length=96), nullable=False),
        sa.Column("order_id", sa.String(length=96), nullable=False),
        sa.Column("challenged", sa.Boolean(), nullable=False),
        sa.Column("claimed", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("assurance", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=96), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("rto_s", sa.Float(), nullable=True),
        sa.Column("predicted_rto_s", sa.Float(), nullable=True),
        sa.Column("objective_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_drill")),
    )
    op.create_index("ix_drill_facility", "drill", ["facility", "ended_at"], unique=False)


def _create_enrolment_token() -> None:
    op.create_table(
        "enrolment_token",
        sa.Column("token_id", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column(
            "systems", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=True),
        sa.Column("created_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'used', 'revoked')", name=op.f("ck_enrolment_token_state")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_enrolment_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_enrolment_token_secret_hash")),
    )


def _create_facility() -> None:
    op.create_table(
        "facility",
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_facility")),
    )


def _create_information_system() -> None:
    op.create_table(
        "information_system",
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("regime", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("largest_rpo_s", sa.Float(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("added_index", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_information_system_level")),
        sa.PrimaryKeyConstraint("facility", "code", name=op.f("pk_information_system")),
    )


def _create_manifest() -> None:
    op.create_table(
        "manifest",
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("manifest_id", sa.String(length=96), nullable=False),
        sa.Column("dataset", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("unproven", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_at", sa.BigInteger(), nullable=False),
        sa.Column("first_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "manifest_id", "dataset", name=op.f("pk_manifest")),
    )


def _create_policy() -> None:
    op.create_table(
        "policy",
        sa.Column("catalogue", sa.String(length=96), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("adopted_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("catalogue", name=op.f("pk_policy")),
    )


def _create_province() -> None:
    op.create_table(
        "province",
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_province")),
    )


def _create_score() -> None:
    op.create_table(
        "score",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("system", sa.String(length=96), nullable=False),
        sa.Column("catalogue", sa.String(length=96), nullable=False),
        sa.Column("catalogue_digest", sa.String(length=64), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_score")),
    )
    op.create_index(
        "ix_score_facility_system", "score", ["facility", "system", "judged_at"], unique=False
    )


def _create_task_order() -> None:
    op.create_table(
        "task_order",
        sa.Column("order_id", sa.String(length=96), nullable=False),
        sa.Column("agent", sa.String(length=96), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=96), nullable=False),
        sa.Column("drill_class", sa.String(length=96), nullable=False),
        sa.Column("site", sa.String(length=96), nullable=False),
        sa.Column("dataset", sa.String(length=96), nullable=False),
        sa.Column("nonce", sa.String(length=96), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("envelope_index", sa.BigInteger(), nullable=False),
        sa.Column("done_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_task_order")),
    )
    op.create_index(op.f("ix_task_order_agent"), "task_order", ["agent"], unique=False)


def _create_user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("facility", sa.String(length=96), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_user_account")),
    )
