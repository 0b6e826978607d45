"""How a rehearsal ended: PASSED, FAILED or INCONCLUSIVE, and why (product §3)."""

from dataclasses import dataclass

from recovery.proof import answers_all, fault_of_membership, names_commitment
from wire.causes import most_serious
from wire.recovery_messages import Drill, Manifest
from wire.verdicts import Cause, DrillVerdict

SPOT = "D0"
UNPROVEN_PER_HUNDRED = 1  # more than this share of files without a hash: never PASSED

# We looked, and what the site has does not bring the data back. Everything else: could not look.
FAULTS = frozenset(
    {
        Cause.REPOSITORY_DAMAGED,
        Cause.CONTENT_DIFFERS,
        Cause.SNAPSHOTS_VANISHED,
        Cause.NO_REPOSITORY,
        Cause.BAD_KEY,
        Cause.NO_SNAPSHOT,
        Cause.OBJECTIVE_MISSED,
    }
)


@dataclass(frozen=True, slots=True)
class DrillFacts:
    """What a drill saw.

    `committed` files are in the manifest; `expected` of them should have come back (all, or the
    sample); `compared` did. `unproven` files have no trusted hash, `unproven_special` of them
    are canaries or dumps. `cause` says why the drill ended early, or what it met.
    """

    committed: int
    expected: int
    compared: int
    mismatches: int = 0
    unproven: int = 0
    unproven_special: int = 0
    cause: Cause | None = None
    rto_s: float | None = None
    objective_s: float | None = None


@dataclass(frozen=True, slots=True)
class DrillJudgement:
    verdict: DrillVerdict
    cause: Cause | None


def judge(facts: DrillFacts) -> DrillJudgement:
    """Judge a drill: a fault that was seen counts even when the rest could not be looked at."""
    causes = {*_faults(facts), *_doubts(facts)}
    if causes & FAULTS:
        return DrillJudgement(DrillVerdict.FAILED, most_serious(causes & FAULTS))
    if causes:
        return DrillJudgement(DrillVerdict.INCONCLUSIVE, most_serious(causes))
    return DrillJudgement(DrillVerdict.PASSED, None)


def judge_statement(drill: Drill, committed: Manifest | None) -> DrillJudgement:
    """Judge a logged drill again, against the commitment that was logged before it.

    `committed` is the manifest statement with the drill's manifest id, logged at a lower
    position; None when the log holds none. The nonce's freshness is the caller's to see.
    """
    if committed is None:
        return judge(DrillFacts(0, 0, 0, cause=drill.cause or Cause.NO_MANIFEST))
    spot = drill.drill_class == SPOT
    fault = _spot_fault(drill, committed) if spot else _full_fault(drill, committed)
    facts = DrillFacts(
        committed=committed.leaves,
        expected=len(drill.answers) if spot else committed.leaves,
        compared=len(drill.answers) if spot else drill.files,
        mismatches=drill.mismatches,
        unproven=max(drill.unproven, committed.unproven),
        cause=most_serious({cause for cause in (fault, drill.cause) if cause}),
        rto_s=drill.rto_s,
        objective_s=drill.objective_s,
    )
    return judge(facts)


def _spot_fault(drill: Drill, committed: Manifest) -> Cause | None:
    """Missing answers are a fault unless the drill says why it could not look."""
    if drill.cause is None and not answers_all(drill, committed):
        return Cause.CONTENT_DIFFERS
    if drill.cause is not None and not drill.answers:
        return None
    return fault_of_membership(drill, committed)


def _full_fault(drill: Drill, committed: Manifest) -> Cause | None:
    if drill.cause is not None or names_commitment(drill, committed):
        return None
    return Cause.CONTENT_DIFFERS


def _faults(facts: DrillFacts) -> set[Cause]:
    """What was seen to be wrong."""
    found: set[Cause] = set()
    if facts.mismatches or (facts.compared < facts.expected and facts.cause is None):
        found.add(Cause.CONTENT_DIFFERS)
    if _objective_missed(facts):
        found.add(Cause.OBJECTIVE_MISSED)
    return found


def _objective_missed(facts: DrillFacts) -> bool:
    if facts.rto_s is None or facts.objective_s is None:
        return False
    return facts.rto_s > facts.objective_s


def _doubts(facts: DrillFacts) -> set[Cause]:
    """What keeps the drill from passing; a cause that is a fault of data fails it."""
    found = {facts.cause} if facts.cause else set()
    if facts.expected == 0 and facts.cause is None:
        found.add(Cause.NO_MANIFEST)
    total = facts.committed + facts.unproven
    if facts.unproven_special or facts.unproven * 100 > total * UNPROVEN_PER_HUNDRED:
        found.add(Cause.UNPROVEN_FILES)
    return found
