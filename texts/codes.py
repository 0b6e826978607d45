"""The sentence for every code that evidence carries."""

from enum import StrEnum

from texts.catalogue import tr
from wire.text import N_
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    Cause,
    CheckVerdict,
    Consistency,
    ControlState,
    DrillVerdict,
    PackVerdict,
    Protection,
    Separation,
)

_SAID: tuple[tuple[StrEnum, str], ...] = (
    (CheckVerdict.PASS, N_("passed")),
    (CheckVerdict.FAIL, N_("failed")),
    (CheckVerdict.UNKNOWN, N_("unknown")),
    (CheckVerdict.NOT_APPLICABLE, N_("not applicable")),
    (ControlState.MET, N_("met")),
    (ControlState.PARTLY, N_("partly met")),
    (ControlState.NOT_MET, N_("not met")),
    (ControlState.UNKNOWN, N_("not known")),
    (ControlState.NOT_APPLICABLE, N_("does not apply")),
    (BackupVerdict.GREEN, N_("recoverable")),
    (BackupVerdict.DEGRADED, N_("degraded")),
    (BackupVerdict.RED, N_("not recoverable within the RPO")),
    (BackupVerdict.UNKNOWN, N_("could not look")),
    (Separation.SEPARATE, N_("separate, with evidence")),
    (Separation.SUSPECT, N_("in doubt")),
    (Separation.NOT_SEPARATE, N_("not separate")),
    (Separation.INCONCLUSIVE, N_("not enough evidence")),
    (DrillVerdict.PASSED, N_("drill passed")),
    (DrillVerdict.FAILED, N_("drill failed")),
    (DrillVerdict.INCONCLUSIVE, N_("drill not conclusive")),
    (Assurance.SELF, N_("the host's own statement")),
    (Assurance.INDEPENDENT, N_("confirmed by another party")),
    (PackVerdict.VERIFIED, N_("verified")),
    (PackVerdict.FAULTS, N_("faults found")),
    (PackVerdict.ORIGIN_NOT_PROVED, N_("consistent, origin not proved")),
    (Protection.PROVED, N_("proved by an attack with the agent's own credential")),
    (Protection.CLAIMED, N_("claimed")),
    (Protection.NONE, N_("none")),
    (Consistency.CRASH_CONSISTENT, N_("files, each as it lay")),
    (Consistency.TRANSACTION, N_("one moment of the database")),
    (Consistency.MIXED, N_("parts of different moments, each whole")),
    (Consistency.VENDOR_DECLARED, N_("whole, as the exporting program says")),
)

# By kind and code: UNKNOWN of a check and of a backup are equal strings with other words.
_WORDS = {(type(code), code): sentence for code, sentence in _SAID}

CAUSES: dict[Cause, str] = {
    Cause.REPOSITORY_DAMAGED: N_("stored backup data is damaged or missing at this site"),
    Cause.CONTENT_DIFFERS: N_("the two sites do not hold the same content"),
    Cause.SNAPSHOTS_VANISHED: N_("recovery points that were there are gone"),
    Cause.NO_REPOSITORY: N_("the repository is not where it was made"),
    Cause.BAD_KEY: N_("the repository's password does not open it"),
    Cause.SOURCE_MISSING: N_("the data to protect is not there"),
    Cause.SOURCE_DAMAGED: N_("the database to protect is damaged itself"),
    Cause.SOURCE_SHRUNK: N_("the data to protect has shrunk far below its history"),
    Cause.SOURCE_UNREADABLE: N_("part of the data to protect cannot be read"),
    Cause.DUMP_INCOMPLETE: N_("the dump of the database is not whole"),
    Cause.DUMP_REFUSED: N_("the database refuses the login, or the right to read all of it"),
    Cause.DUMP_SERVER_AWAY: N_("the database server does not answer"),
    Cause.DUMP_TOOL_MISSING: N_("the program that dumps the database is not installed"),
    Cause.DUMP_TOOL_OLD: N_("the program that dumps the database is older than its server"),
    Cause.DUMP_FAILED: N_("the dump of the database failed"),
    Cause.EXPORT_INCOMPLETE: N_("the export is not what its done-marker says"),
    Cause.EXPORT_UNMARKED: N_("the export has no done-marker"),
    Cause.EXPORT_OLD: N_("the program has not exported again in time"),
    Cause.DISK_FULL: N_("the site's disk is full"),
    Cause.SITE_UNREACHABLE: N_("the site cannot be reached"),
    Cause.HOST_KEY_CHANGED: N_("the site's SSH host key is not the known one"),
    Cause.APPEND_ONLY_REFUSED: N_("the append-only site refused to change or delete"),
    Cause.LOCKED: N_("the repository is locked by another process"),
    Cause.RESTIC_MISSING: N_("the program restic is not installed"),
    Cause.RESTIC_CRASHED: N_("restic crashed"),
    Cause.RESTIC_FAILED: N_("restic failed for a reason it did not name"),
    Cause.CANCELLED: N_("stopped before the end"),
    Cause.NO_SPACE: N_("not enough free space here for this"),
    Cause.NO_MANIFEST: N_("the manifest of this recovery point is not at this site"),
    Cause.NO_SNAPSHOT: N_("the site holds no recovery point of this dataset"),
    Cause.UNPROVEN_FILES: N_("too many files could not be compared with the manifest"),
    Cause.OBJECTIVE_MISSED: N_("recovery takes longer than the objective"),
    Cause.NOT_READ_BACK: N_("what was written was not read back"),
    Cause.STALE: N_("the newest recovery point is older than the RPO"),
    Cause.UNPROTECTED_DATA: N_("data of this host is in no dataset and was not left out"),
    Cause.SITES_NOT_SEPARATE: N_("both sites are at one place"),
    Cause.SITES_SUSPECT: N_("it is in doubt whether the sites are two places"),
    Cause.UNVERIFIED: N_("nothing was restored from or fully read at a site within 30 days"),
    Cause.SEEDING: N_("the second site is still being filled for the first time"),
    Cause.CLOCK: N_("the clock is wrong"),
    Cause.NEVER_RUN: N_("it has never run"),
    Cause.COULD_NOT_LOOK: N_("could not look"),
}


def word(code: StrEnum) -> str:
    """A verdict or state in the reader's words; the code itself stands beside it elsewhere."""
    return tr(_WORDS[type(code), code])


def cause_sentence(cause: Cause) -> str:
    return tr(CAUSES[cause])
