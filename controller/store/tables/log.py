"""The log itself: entries as received, tree, heads, checkpoints. Nothing here is ever changed."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from controller.store.tables.schema import METADATA, Code, Hex, Moment

LOG_ENTRY = Table(
    "log_entry",
    METADATA,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("facility", Code, nullable=False),  # "" = the province's own
    Column("facility_sequence", BigInteger, nullable=False),
    Column("facility_previous", Hex, nullable=False),
    Column("kind", Code, nullable=False),
    Column("leaf", Hex, nullable=False),
    Column("digest", Hex, nullable=False),  # SHA-256 of the envelope
    Column("envelope", LargeBinary, nullable=False),
    Column("agent", Code),  # the chain's three are null for acts, orders and assignments
    Column("incarnation", Code),
    Column("sequence", BigInteger),
    Column("systems", Text, nullable=False),  # " FS-01 HIS-01 ": what it is about
    Index("uq_log_entry_facility_sequence", "facility", "facility_sequence", unique=True),
    Index("uq_log_entry_chain", "agent", "incarnation", "sequence", unique=True),
)

LOG_NODE = Table(
    "log_node",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

LOG_STATE = Table(
    "log_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row: 1
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

FACILITY_HEAD = Table(
    "facility_head",
    METADATA,
    Column("facility", Code, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("leaf", Hex, nullable=False),
)

CATALOGUE = Table(  # every version that was ever adopted: old scores are computed again with it
    "catalogue",
    METADATA,
    Column("digest", Hex, primary_key=True),
    Column("catalogue", Code, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", Moment, primary_key=True),
    Column("text", Text, nullable=False),
)
