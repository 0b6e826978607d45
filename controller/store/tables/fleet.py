"""Projections of acts: who and what there is. Rebuilt from the log at any time."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from controller.store.tables.schema import METADATA, Code, Hex, Moment

JSON_LIST = JSON().with_variant(JSONB(), "postgresql")

PROVINCE = Table(
    "province",
    METADATA,
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("order_key", Text, nullable=False),
    Column("log_key", Text, nullable=False),
)

FACILITY = Table(
    "facility",
    METADATA,
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("added_index", BigInteger, nullable=False),
)

SYSTEM = Table(
    "information_system",
    METADATA,
    Column("facility", Code, primary_key=True),
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("regime", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("largest_rpo_s", Float, nullable=False),
    Column("decision", Text, nullable=False),
    Column("origin", Code, nullable=False, server_default=""),
    Column("added_index", BigInteger, nullable=False),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
)

POLICY = Table(
    "policy",
    METADATA,
    Column("catalogue", Code, primary_key=True),
    Column("digest", Hex, nullable=False),
    Column("adopted_index", BigInteger, nullable=False),
)

POLICY_PACK = Table(
    "policy_pack",
    METADATA,
    Column("pack", Code, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("digest", Hex, nullable=False),  # of the newest envelope
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("envelope_index", BigInteger, nullable=False),
)

TOKEN = Table(
    "enrolment_token",
    METADATA,
    Column("token_id", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("systems", JSON_LIST, nullable=False),
    Column("secret_hash", Hex, nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("agent", Code),
    Column("created_index", BigInteger, nullable=False),
    CheckConstraint("state IN ('open', 'used', 'revoked')", name="state"),
)

AGENT = Table(
    "agent",
    METADATA,
    Column("code", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("host", Code, nullable=False),
    Column("token_id", Code, nullable=False),
    Column("enrolled_at", Moment, nullable=False),
    Column("enrolled_index", BigInteger, nullable=False),
    Column("assigned_index", BigInteger),  # of the newest act that assigned its systems
    Column("revoked_at", Moment),
    Column("revoked_index", BigInteger),
)

AGENT_KEY = Table(
    "agent_key",
    METADATA,
    Column("keyid", Hex, primary_key=True),
    Column("agent", Code, nullable=False, index=True),
    Column("facility", Code, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("from_index", BigInteger, nullable=False),
    Column("until_index", BigInteger),  # null: the key in force
)

AGENT_SYSTEM = Table(
    "agent_system",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("system", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Index("ix_agent_system_facility_system", "facility", "system"),
)

ASSIGNMENT = Table(
    "assignment",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("envelope_index", BigInteger, nullable=False),
)

ORDER = Table(
    "task_order",
    METADATA,
    Column("order_id", Code, primary_key=True),
    Column("agent", Code, nullable=False, index=True),
    Column("facility", Code, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("kind", Code, nullable=False),
    Column("drill_class", Code, nullable=False),
    Column("site", Code, nullable=False),
    Column("dataset", Code, nullable=False),
    Column("nonce", Code, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("envelope_index", BigInteger, nullable=False),
    Column("done_index", BigInteger),
)

ALERT = Table(
    "alert",
    METADATA,
    Column("alert_id", Code, primary_key=True),
    Column("kind", Code, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("facility", Code, nullable=False, index=True),
    Column("agent", Code, nullable=False),
    Column("subject", Code, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("raised_index", BigInteger, nullable=False),
    Column("cleared_at", Moment),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", Code),
    Column("open", Boolean, nullable=False),
    Column("detail", Code, nullable=False, server_default=""),  # what else was known then
)

USER = Table(
    "user_account",
    METADATA,
    Column("code", Code, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("facility", Code, nullable=False),
    Column("added_at", Moment, nullable=False),
)

SCORE = Table(
    "score",
    METADATA,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("facility", Code, nullable=False),
    Column("system", Code, nullable=False),
    Column("catalogue", Code, nullable=False),
    Column("catalogue_digest", Hex, nullable=False),
    Column("log_size", BigInteger, nullable=False),
    Column("judged_at", Moment, nullable=False),
    Column("score", Float),
    Column("coverage", Float, nullable=False),
    Column("raw", Float),  # without waivers; older scores say nothing of it, nor of the next two
    Column("not_applicable", Float),
    Column("declared", Float),
    Index("ix_score_facility_system", "facility", "system", "judged_at"),
)
