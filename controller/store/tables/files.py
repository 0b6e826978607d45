"""Projections of watched files: what changed there, when they were watched, what looks like harm.

Of events a host's newest are kept (`projections.files`), and their sums by the hour for longer;
whatever is gone from here is still in the log, to which every row leads back.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from controller.store.tables.schema import METADATA, Code, Moment

FILE_EVENT = Table(
    "file_event",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, … of this agent
    Column("facility", Code, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),  # in the statement; after its last: omitted ones
    Column("watched", Code, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),  # by the controller's clock, as far as it is known
    Column("since", Moment),
    Column("kind", Code, nullable=False),
    Column("files", BigInteger, nullable=False),  # that it stands for; 0 of a gap
    Column("counts", Text, nullable=False),
    Column("what", Text, nullable=False),  # codes, with spaces between
    Column("file", Code, nullable=False),
    Column("path", Text, nullable=False),
    Column("folder", Code, nullable=False),
    Column("folder_path", Text, nullable=False),
    Column("old_path", Text, nullable=False),
    Column("explained", Boolean, nullable=False),
    Column("explained_by", Code, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("person", Code, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("who_known", Boolean, nullable=False),
    Index("ix_file_event_facility_at", "facility", "at"),
    Index("ix_file_event_facility_log_index", "facility", "log_index", "position"),
    Index(  # what an alert counts, without a look at the rows themselves
        "ix_file_event_unexplained",
        "agent",
        "watched",
        "log_index",
        "files",
        "explained",
        sqlite_where=text("explained IS 0"),
        postgresql_where=text("explained IS FALSE"),
    ),
)

FILE_HOUR = Table(  # changed files of one hour
    "file_hour",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("watched", Code, primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("explained", Boolean, primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("files", BigInteger, nullable=False),
    Index("ix_file_hour_facility_hour", "facility", "hour"),
)

WATCHED_PATH = Table(  # what is known of each watched path
    "watched_path",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("watched", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("watching", Code, nullable=False),  # as told; empty: it did not say
    Column("told_at", Moment, nullable=False),
    Column("told_index", BigInteger, nullable=False),
    Column("told_last", BigInteger, nullable=False),  # of the newest stretch that told of it
    Column("changed_index", BigInteger),  # of the newest unexplained change that is an alarm
    Column("changed_at", Moment),  # when we received it
    Column("approved_index", BigInteger),  # of the newest baseline
    Column("at_work_at", Moment),  # since when we know that only attacks are an alarm; else null
    Column("at_work_index", BigInteger),  # of the statement that said so first
    Column("silenced_index", BigInteger),  # the newest that said so of a path that was an alarm
)

WATCH_SPAN = Table(  # times that were watched without a break
    "watch_span",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("watched", Code, primary_key=True),
    Column("said_from", Moment, primary_key=True),  # by the host's own clock
    Column("from_at", Moment, nullable=False),
    Column("to_at", Moment, nullable=False),
    Column("facility", Code, nullable=False),
    Column("means", Code, nullable=False),
    Index("ix_watch_span_facility_to_at", "facility", "to_at"),
)

WATCH_GAP = Table(  # what hosts said themselves was not watched, or was lost
    "watch_gap",
    METADATA,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", Code, nullable=False),
    Column("facility", Code, nullable=False),
    Column("reason", Code, nullable=False),
    Column("from_at", Moment, nullable=False),
    Column("to_at", Moment, nullable=False),
    Index("ix_watch_gap_facility_to_at", "facility", "to_at"),
)

EVENT_CHAIN = Table(  # the end of each host's chain of events, as it told it
    "event_chain",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("incarnation", Code, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("head", Code, nullable=False),
    Column("said_at", Moment, nullable=False),  # by the host's own clock
    Column("place", BigInteger, nullable=False),  # of the agent's newest row among the events
    Column("log_index", BigInteger, nullable=False),
)

APPROVAL = Table(  # the newest baseline of each watched path, as it was told
    "approval",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("watched", Code, primary_key=True),
    Column("facility", Code, nullable=False),
    Column("incarnation", Code, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("root", Code, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("compared", Code, nullable=False),  # what the newest scan compared with
)

EVENT_BREAK = Table(  # where a host's chain of events, or of approvals, did not go on
    "event_break",
    METADATA,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", Code, nullable=False),
    Column("facility", Code, nullable=False, index=True),
    Column("reason", Code, nullable=False),
    Column("known_last", BigInteger, nullable=False),
    Column("told_first", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)

SUSPICION = Table(
    "suspicion",
    METADATA,
    Column("agent", Code, primary_key=True),
    Column("suspicion_id", Code, primary_key=True),
    Column("facility", Code, nullable=False, index=True),
    Column("watched", Code, nullable=False),
    Column("state", Code, nullable=False),
    Column("at", Moment, nullable=False),
    Column("first_index", BigInteger, nullable=False),
    Column("log_index", BigInteger, nullable=False),  # of the newest that was said of it
)
