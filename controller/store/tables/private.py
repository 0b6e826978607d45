"""What is no projection: secrets of people, and what is known only for a while."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from controller.store.tables.schema import METADATA, Code, Hex, Moment

PASSWORD = Table(
    "password",
    METADATA,
    Column("user", Code, primary_key=True),
    Column("argon2", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)

SESSION = Table(
    "session",
    METADATA,
    Column("id_hash", Hex, primary_key=True),  # SHA-256 of what the cookie carries
    Column("user", Code, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

ONE_TIME_LINK = Table(
    "one_time_link",
    METADATA,
    Column("secret_hash", Hex, primary_key=True),
    Column("user", Code, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

LOGIN_FAILURE = Table(
    "login_failure",
    METADATA,
    Column("subject", String(200), primary_key=True),  # user:CODE or address:IP
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
)

REQUEST_NONCE = Table(
    "request_nonce",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("seen_at", Moment, nullable=False, index=True),
)

PRESENCE = Table(
    "presence",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("heard_at", Moment, nullable=False),  # by the controller's clock
    Column("made_at", Moment, nullable=False),
    Column("boot_id", Code, nullable=False),
    Column("incarnation", Code, nullable=False),
    Column("head_sequence", BigInteger, nullable=False),
    Column("head_digest", Hex, nullable=False),
    Column("agent_version", Code, nullable=False),
    Column("clock_offset_s", Float, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("busy", Float, nullable=False),
    Column("running", Text, nullable=False, server_default="[]"),  # backups at work then
    Column("watching", Code, nullable=False, server_default=""),  # files: how, or off
    Column("watching_since", Moment),  # heard without another word between
)

WITNESS = Table(
    "witness",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("size", BigInteger, nullable=False),  # of the newest checkpoint the agent has proved
    Column("seen_at", Moment, nullable=False),
)
