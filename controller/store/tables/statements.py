"""Projections of what agents say: chains, the newest statement on each subject, drills."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, Text

from controller.store.tables.schema import METADATA, Code, Hex, Moment

CHAIN = Table(
    "chain",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("incarnation", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("head", Hex, nullable=False),
    Column("opened_index", BigInteger, nullable=False),
    Column("current", Boolean, nullable=False),
)

CURRENT_STATEMENT = Table(
    "current_statement",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("systems", Text, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
)

MANIFEST = Table(
    "manifest",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("manifest_id", Code, primary_key=True),
    Column("dataset", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("root", Hex, nullable=False),
    Column("leaves", BigInteger, nullable=False),
    Column("unproven", BigInteger, nullable=False),
    Column("snapshot_at", Moment, nullable=False),
    Column("first_index", BigInteger, nullable=False),
)

DRILL = Table(
    "drill",
    METADATA,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("facility", Code, nullable=False),
    Column("agent", Code, nullable=False),
    Column("systems", Text, nullable=False),
    Column("drill_id", Code, nullable=False),
    Column("drill_class", Code, nullable=False),
    Column("dataset", Code, nullable=False),
    Column("site", Code, nullable=False),
    Column("order_id", Code, nullable=False),
    Column("challenged", Boolean, nullable=False),  # by a nonce of ours, for this very order
    Column("claimed", String(16), nullable=False),  # the agent's own verdict
    Column("verdict", String(16), nullable=False),  # ours, after looking at the proof
    Column("assurance", String(16), nullable=False),
    Column("cause", Code),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("rto_s", Float),
    Column("predicted_rto_s", Float),
    Column("objective_s", Float, nullable=False),
    Index("ix_drill_facility", "facility", "ended_at"),
)
