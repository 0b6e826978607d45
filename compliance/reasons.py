"""Why a control stands where it stands: codes for evidence, sentences for people."""

from enum import StrEnum

from wire.text import N_


class Reason(StrEnum):
    """Most telling first: of several reasons the first in this order is shown."""

    WRONG = "WRONG"
    NOTHING_DECIDES = "NOTHING_DECIDES"
    NO_DOCUMENT = "NO_DOCUMENT"
    DOCUMENT_WITHDRAWN = "DOCUMENT_WITHDRAWN"
    DOCUMENT_EXPIRED = "DOCUMENT_EXPIRED"
    DOCUMENT_NOT_YET = "DOCUMENT_NOT_YET"
    RECOLLECTED = "RECOLLECTED"
    NO_HOST = "NO_HOST"
    NO_DATASET = "NO_DATASET"
    NEVER_SEEN = "NEVER_SEEN"
    STALE = "STALE"
    COULD_NOT_LOOK = "COULD_NOT_LOOK"
    CLOCK = "CLOCK"
    PART_WRONG = "PART_WRONG"
    PART_COVERED = "PART_COVERED"
    DECLARED = "DECLARED"
    DOES_NOT_APPLY = "DOES_NOT_APPLY"
    GOOD = "GOOD"


SENTENCES = {
    Reason.WRONG: N_("It was looked at, and it is not so."),
    Reason.NOTHING_DECIDES: N_("Nothing in this version decides it yet."),
    Reason.NO_DOCUMENT: N_("A person must show a document, and none is recorded."),
    Reason.DOCUMENT_WITHDRAWN: N_("The document that proved it was withdrawn."),
    Reason.DOCUMENT_EXPIRED: N_("The document that proved it has expired, or is older than asked."),
    Reason.DOCUMENT_NOT_YET: N_("The document that proves it is not in force yet."),
    Reason.RECOLLECTED: N_("It is not so; but only recollection says that it is asked."),
    Reason.NO_HOST: N_("No server of this system reports."),
    Reason.NO_DATASET: N_("No data of this server is listed for backup."),
    Reason.NEVER_SEEN: N_("There is no evidence yet."),
    Reason.STALE: N_("The evidence is too old."),
    Reason.COULD_NOT_LOOK: N_("The agent could not look, or could not decide."),
    Reason.CLOCK: N_("The times in the evidence contradict each other."),
    Reason.PART_WRONG: N_("A part of it is so, another is not."),
    Reason.PART_COVERED: N_("What was looked at is good, but it proves only a part of the duty."),
    Reason.DECLARED: N_("Two people declared, for a time, that it cannot apply."),
    Reason.DOES_NOT_APPLY: N_("It does not apply to any server of this system."),
    Reason.GOOD: N_("It was looked at, and it is so."),
}
