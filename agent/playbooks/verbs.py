"""The closed list of what a playbook may have the agent do; anything else is refused."""

from dataclasses import dataclass
from enum import StrEnum

from wire.verdicts import BackupVerdict, DrillVerdict, Separation


class Verb(StrEnum):
    """An agent's task that a playbook may name. None of them writes over live data."""

    BACKUP_RUN = "backup.run"
    BACKUP_STATUS = "backup.status"
    CHECK_RUN = "check.run"
    DRILL_CHALLENGE = "drill.challenge"
    DRILL_RESTORE = "drill.restore"
    INTEGRITY_SCAN = "integrity.scan"
    SITE_PROBE = "site.probe"
    SNAPSHOT_FIND = "snapshot.find"


@dataclass(frozen=True, slots=True)
class Contract:
    """What a verb must be given, and which verdicts it can answer with."""

    needs: frozenset[str]
    verdicts: frozenset[str]


COULD_NOT_LOOK = "COULD_NOT_LOOK"  # a verb's answer when it raised; nobody may expect it

_BACKUP = frozenset(BackupVerdict)
_DRILL = frozenset(DrillVerdict)
_LOOK = frozenset({"GOOD", "WRONG", "UNDECIDED"})  # exit codes 0, 1, 2 of product.md §4
_NOTHING: frozenset[str] = frozenset()
_SITE = frozenset({"site"})

CONTRACTS: dict[Verb, Contract] = {
    Verb.BACKUP_RUN: Contract(_NOTHING, _BACKUP),
    Verb.BACKUP_STATUS: Contract(_NOTHING, _BACKUP),
    Verb.CHECK_RUN: Contract(_NOTHING, _LOOK),
    Verb.DRILL_CHALLENGE: Contract(_SITE, _DRILL),
    Verb.DRILL_RESTORE: Contract(_SITE, _DRILL),
    Verb.INTEGRITY_SCAN: Contract(_NOTHING, _LOOK),
    Verb.SITE_PROBE: Contract(_NOTHING, frozenset(Separation)),
    Verb.SNAPSHOT_FIND: Contract(_SITE, frozenset({"FOUND", "NONE"})),
}
