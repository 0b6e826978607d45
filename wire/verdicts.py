"""The closed sets of answers, as product.md names them."""

from enum import StrEnum


class CheckVerdict(StrEnum):
    """What one check found. A fact that cannot be read gives UNKNOWN."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class ControlState(StrEnum):
    """What is so about one row of a standard."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class ExceptionKind(StrEnum):
    """What people ask for a row: to bear a fault for a time, or to declare that it cannot apply."""

    WAIVER = "waiver"
    NOT_APPLICABLE = "not_applicable"


class NotApplicableReason(StrEnum):
    """Why a row cannot apply: the published, closed list."""

    NO_DHCP_SERVER = "NO_DHCP_SERVER"
    NO_WIRELESS = "NO_WIRELESS"
    NO_WEB_APPLICATION = "NO_WEB_APPLICATION"
    NO_MAIL_SERVER = "NO_MAIL_SERVER"
    NO_MOBILE_DEVICES = "NO_MOBILE_DEVICES"
    NO_OUTSIDE_ACCESS = "NO_OUTSIDE_ACCESS"
    NO_DEVELOPMENT = "NO_DEVELOPMENT"
    NO_CLOUD = "NO_CLOUD"
    NO_SUPPLIER = "NO_SUPPLIER"
    NO_PORTABLE_MEDIA = "NO_PORTABLE_MEDIA"
    OTHER = "OTHER"  # the text says what


class BackupVerdict(StrEnum):
    """Whether a dataset would come back."""

    GREEN = "GREEN"
    DEGRADED = "DEGRADED"
    RED = "RED"
    UNKNOWN = "UNKNOWN"


class Separation(StrEnum):
    """Whether two places are two places."""

    SEPARATE = "SEPARATE"
    SUSPECT = "SUSPECT"
    NOT_SEPARATE = "NOT_SEPARATE"
    INCONCLUSIVE = "INCONCLUSIVE"


class DrillVerdict(StrEnum):
    """How a rehearsal of recovery ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"


class Assurance(StrEnum):
    """Who says so: the host about itself, or another party too."""

    SELF = "self"
    INDEPENDENT = "independent"


class PackVerdict(StrEnum):
    """What an inspector may believe of an evidence pack."""

    VERIFIED = "VERIFIED"
    FAULTS = "FAULTS"
    ORIGIN_NOT_PROVED = "ORIGIN_NOT_PROVED"


class Regime(StrEnum):
    """The law under which a system's level was decided."""

    ND331 = "ND331"
    ND85 = "ND85"


class Names(StrEnum):
    """What the controller may see of names: nothing, folders, everything."""

    NONE = "none"
    FOLDER = "folder"
    FULL = "full"


class HeldBy(StrEnum):
    """Whose place a site is."""

    OWNED = "owned"
    HOSTED = "hosted"


class Protection(StrEnum):
    """What a site does against a stolen agent credential."""

    PROVED = "proved"
    CLAIMED = "claimed"
    NONE = "none"


class Consistency(StrEnum):
    """How the parts of a recovery point belong together in time."""

    CRASH_CONSISTENT = "crash_consistent"  # files as they lay, each at its own moment
    TRANSACTION = "transaction"  # one moment of a database, as one transaction sees it
    MIXED = "mixed"  # parts that are whole each by itself, of different moments
    VENDOR_DECLARED = "vendor_declared"  # a program says that its export is whole


class Cause(StrEnum):
    """Why something is not good: the published list (docs/operate.md), most serious first."""

    REPOSITORY_DAMAGED = "REPOSITORY_DAMAGED"
    CONTENT_DIFFERS = "CONTENT_DIFFERS"
    SNAPSHOTS_VANISHED = "SNAPSHOTS_VANISHED"
    NO_REPOSITORY = "NO_REPOSITORY"
    BAD_KEY = "BAD_KEY"
    SOURCE_MISSING = "SOURCE_MISSING"
    SOURCE_DAMAGED = "SOURCE_DAMAGED"
    SOURCE_SHRUNK = "SOURCE_SHRUNK"
    SOURCE_UNREADABLE = "SOURCE_UNREADABLE"
    DUMP_INCOMPLETE = "DUMP_INCOMPLETE"
    DUMP_REFUSED = "DUMP_REFUSED"
    DUMP_SERVER_AWAY = "DUMP_SERVER_AWAY"
    DUMP_TOOL_MISSING = "DUMP_TOOL_MISSING"
    DUMP_TOOL_OLD = "DUMP_TOOL_OLD"
    DUMP_FAILED = "DUMP_FAILED"
    EXPORT_INCOMPLETE = "EXPORT_INCOMPLETE"
    EXPORT_UNMARKED = "EXPORT_UNMARKED"
    EXPORT_OLD = "EXPORT_OLD"
    DISK_FULL = "DISK_FULL"
    SITE_UNREACHABLE = "SITE_UNREACHABLE"
    HOST_KEY_CHANGED = "HOST_KEY_CHANGED"
    APPEND_ONLY_REFUSED = "APPEND_ONLY_REFUSED"
    LOCKED = "LOCKED"
    RESTIC_MISSING = "RESTIC_MISSING"
    RESTIC_CRASHED = "RESTIC_CRASHED"
    RESTIC_FAILED = "RESTIC_FAILED"
    CANCELLED = "CANCELLED"
    NO_SPACE = "NO_SPACE"
    NO_MANIFEST = "NO_MANIFEST"
    NO_SNAPSHOT = "NO_SNAPSHOT"
    UNPROVEN_FILES = "UNPROVEN_FILES"
    OBJECTIVE_MISSED = "OBJECTIVE_MISSED"
    NOT_READ_BACK = "NOT_READ_BACK"
    STALE = "STALE"
    UNPROTECTED_DATA = "UNPROTECTED_DATA"
    SITES_NOT_SEPARATE = "SITES_NOT_SEPARATE"
    SITES_SUSPECT = "SITES_SUSPECT"
    UNVERIFIED = "UNVERIFIED"
    SEEDING = "SEEDING"
    CLOCK = "CLOCK"
    NEVER_RUN = "NEVER_RUN"
    COULD_NOT_LOOK = "COULD_NOT_LOOK"
