"""Projections that the watch asks: what is planned, what is known of sites, what lies outside."""

from sqlalchemy import BigInteger, Boolean, Column, Float, String, Table, Text

from controller.store.tables.schema import METADATA, Code, Moment

PLANNED = Table(  # the datasets of each host's newest configuration
    "planned",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("dataset", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("rpo_s", Float, nullable=False),
    Column("planned_at", Moment, nullable=False),  # when we first heard of it
)

SITE = Table(  # the last that was known of each part of a site's state
    "site",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("site", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("kind", Code, nullable=False),
    Column("known", Text, nullable=False),
    Column("protected", Boolean, nullable=False),  # was once said to refuse a stolen credential
    Column("clock_offset_s", Float, nullable=False),
    Column("log_index", BigInteger, nullable=False),
)

UNPROTECTED = Table(  # each host's newest answer whether all its data are in a dataset
    "unprotected",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("places", BigInteger),
    Column("log_index", BigInteger, nullable=False),
)
