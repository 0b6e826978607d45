"""Projections of what people vouch for and what they accept: attestations and exceptions."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, String, Table, Text

from controller.store.tables.fleet import JSON_LIST
from controller.store.tables.schema import METADATA, Code, Hex, Moment

ATTESTATION = Table(
    "attestation",
    METADATA,
    Column("attestation_id", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("system", Code, nullable=False),  # "" = every system of the facility
    Column("controls", JSON_LIST, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_sha256", Hex, nullable=False),
    Column("valid_from", Moment, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("recorded_by", Code, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_index", BigInteger, nullable=False),
    Column("withdrawn_by", Code),
    Column("withdrawn_at", Moment),
    Column("withdrawn_index", BigInteger),
    Column("withdrawal", Text),  # why it does not stand any more
)

EXCEPTION = Table(
    "control_exception",
    METADATA,
    Column("exception_id", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("system", Code, nullable=False),
    Column("control", Code, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", Code, nullable=False),
    Column("text", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("requested_by", Code, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("requested_index", BigInteger, nullable=False),
    Column("approved", Boolean),  # null: nobody has decided
    Column("decided_by", Code),
    Column("decided_at", Moment),
    Column("decided_index", BigInteger),
    Column("decision", Text),
    Column("ended_by", Code),
    Column("ended_at", Moment),
    Column("ended_index", BigInteger),
    Column("ending", Text),
    CheckConstraint("kind IN ('waiver', 'not_applicable')", name="kind"),
)
