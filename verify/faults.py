"""What the verifier may find: codes with places to fill, and the sentence for each."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from texts.catalogue import tr
from texts.moments import show_moment
from wire.text import N_

LIMIT = 200  # faults kept in full; the others are counted
Detail = dict[str, str | int]
_MOMENTS = ("at", "made_at", "since")  # places of sentences that hold a moment


class FaultCode(StrEnum):
    """Something in the pack is not as it must be."""

    FILE_MISSING = "FILE_MISSING"
    FILE_UNEXPECTED = "FILE_UNEXPECTED"
    FILE_CHANGED = "FILE_CHANGED"
    LINE_UNREADABLE = "LINE_UNREADABLE"
    FOUNDATION = "FOUNDATION"
    PACK_SIGNATURE = "PACK_SIGNATURE"
    CHECKPOINT = "CHECKPOINT"
    HEADS_DIFFER = "HEADS_DIFFER"
    NEWEST_MISSING = "NEWEST_MISSING"
    ENTRY_MISSING = "ENTRY_MISSING"
    ENTRY_CHANGED = "ENTRY_CHANGED"
    SIGNATURE = "SIGNATURE"
    NOT_TRUSTED = "NOT_TRUSTED"
    STATEMENT_UNREADABLE = "STATEMENT_UNREADABLE"
    WRONG_PLACE = "WRONG_PLACE"
    CHAIN = "CHAIN"
    ROTATION = "ROTATION"
    PROOF_MISSING = "PROOF_MISSING"
    PROOF_WRONG = "PROOF_WRONG"
    HISTORY_REWRITTEN = "HISTORY_REWRITTEN"
    LOG_SHORTENED = "LOG_SHORTENED"
    CATALOGUE = "CATALOGUE"
    SCORE_DIFFERS = "SCORE_DIFFERS"
    SCORING = "SCORING"
    ANCHOR_DIFFERS = "ANCHOR_DIFFERS"


class RemarkCode(StrEnum):
    """Nothing is wrong with the bytes, but whoever reads the pack must know it."""

    NO_STATEMENTS = "NO_STATEMENTS"
    QUIET = "QUIET"
    REVOKED = "REVOKED"
    GAP = "GAP"
    DROPPED = "DROPPED"
    FILES_BREAK = "FILES_BREAK"
    SUSPICION = "SUSPICION"
    CHECKPOINT_OLD = "CHECKPOINT_OLD"
    NO_AGENTS = "NO_AGENTS"
    NO_SCORES = "NO_SCORES"
    NO_WITNESS = "NO_WITNESS"
    NEWER_KIND = "NEWER_KIND"
    WITNESS_UNREADABLE = "WITNESS_UNREADABLE"
    ANCHOR_UNCONNECTED = "ANCHOR_UNCONNECTED"


SENTENCES: dict[StrEnum, str] = {
    FaultCode.FILE_MISSING: N_("The file {name} is missing from the pack."),
    FaultCode.FILE_UNEXPECTED: N_("The file {name} does not belong to the pack."),
    FaultCode.FILE_CHANGED: N_("The file {name} was changed after the controller signed the pack."),
    FaultCode.LINE_UNREADABLE: N_("This line cannot be read: {reason}."),
    FaultCode.FOUNDATION: N_("The log's first entry does not say whose keys to use: {reason}."),
    FaultCode.PACK_SIGNATURE: N_("The controller has not signed this pack: {reason}."),
    FaultCode.CHECKPOINT: N_("The log's checkpoint does not hold: {reason}."),
    FaultCode.HEADS_DIFFER: N_("The list of newest entries is not the one that was signed."),
    FaultCode.NEWEST_MISSING: N_(
        "The newest entries are left out: the log holds {expected}, the pack {found}."
    ),
    FaultCode.ENTRY_MISSING: N_(
        "An entry is left out or moved: expected {expected}, found {found}."
    ),
    FaultCode.ENTRY_CHANGED: N_("The signed bytes are not those that were logged."),
    FaultCode.SIGNATURE: N_("The signature does not hold: {reason}."),
    FaultCode.NOT_TRUSTED: N_("{agent} was not trusted at this moment."),
    FaultCode.STATEMENT_UNREADABLE: N_("The statement cannot be read: {reason}."),
    FaultCode.WRONG_PLACE: N_("This belongs to {found}, not to {expected}."),
    FaultCode.CHAIN: N_("The chain of {agent} is broken: {reason}."),
    FaultCode.ROTATION: N_("The new key of {agent} is not one that it announced itself."),
    FaultCode.PROOF_MISSING: N_("Entry {index} has no proof of its place in the log."),
    FaultCode.PROOF_WRONG: N_("Entry {index} is not at its place in the log."),
    FaultCode.HISTORY_REWRITTEN: N_(
        "The log's history was changed after {holder} was given its checkpoint of size {size}."
    ),
    FaultCode.LOG_SHORTENED: N_(
        "{holder} was given a longer log ({size} entries) than this pack's ({found})."
    ),
    FaultCode.CATALOGUE: N_("The catalogue {digest} is missing or was never adopted."),
    FaultCode.SCORE_DIFFERS: N_(
        "The stored score of {system} is {stored}; the evidence gives {computed}."
    ),
    FaultCode.SCORING: N_(
        "The score of {system} was computed by rules that this program does not know, version "
        "{version}: verify the pack with a newer lachan-verify."
    ),
    FaultCode.ANCHOR_DIFFERS: N_("The pack comes from other keys than the anchor's."),
    RemarkCode.NO_STATEMENTS: N_("{agent} ({host}) is enrolled but has never said anything."),
    RemarkCode.QUIET: N_("{agent} ({host}) has said nothing since {since}."),
    RemarkCode.REVOKED: N_("{agent} ({host}) was revoked at {since}."),
    RemarkCode.GAP: N_("{host} said itself that something was not watched or was lost: {count}."),
    RemarkCode.DROPPED: N_("{host} dropped statements and left their digests: {count}."),
    RemarkCode.FILES_BREAK: N_(
        "What {host} tells of watched files does not go on from what it told: {count} times."
    ),
    RemarkCode.SUSPICION: N_(
        "{host} suspects an attack on its files, and nobody has dismissed it: {count}."
    ),
    RemarkCode.CHECKPOINT_OLD: N_(
        "The log in this pack ends at {at}, long before the pack was made ({made_at})."
    ),
    RemarkCode.NO_AGENTS: N_("No host of this facility is enrolled."),
    RemarkCode.NO_SCORES: N_("No score is stored for this facility."),
    RemarkCode.NO_WITNESS: N_("No checkpoint held by anyone else than the controller is in it."),
    RemarkCode.NEWER_KIND: N_("This verifier is too old to understand: {count} statements."),
    RemarkCode.WITNESS_UNREADABLE: N_("{agent} holds a checkpoint that this log has not signed."),
    RemarkCode.ANCHOR_UNCONNECTED: N_(
        "The anchor's checkpoint ({size} entries) is not connected with this pack by a proof."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark: where, what, and the values for its sentence."""

    where: str
    code: FaultCode | RemarkCode
    detail: Detail

    def sentence(self) -> str:
        return tr(
            SENTENCES[self.code], **{key: _shown(key, self.detail[key]) for key in self.detail}
        )


def _shown(key: str, value: str | int) -> str | int:
    if key in _MOMENTS:
        return show_moment(datetime.fromisoformat(str(value)))
    return tr(str(value)) if key == "reason" else value


@dataclass(slots=True)
class Findings:
    """Collects what is found; nothing is dropped without being counted."""

    faults: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    omitted: int = 0

    def fault(self, where: str, code: FaultCode, **detail: str | int) -> None:
        if len(self.faults) >= LIMIT:
            self.omitted += 1
        else:
            self.faults.append(Finding(where, code, detail))

    def remark(self, where: str, code: RemarkCode, **detail: str | int) -> None:
        self.remarks.append(Finding(where, code, detail))
