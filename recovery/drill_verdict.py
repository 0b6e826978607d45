"""How a rehearsal ended: PASSED, FAILED or INCONCLUSIVE, and why (product §3)."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from recovery.proof import answers_all, fault_of_membership, names_commitment
from wire.causes import most_serious
from wire.commitments import Commitment
from wire.recovery_messages import Drill, Manifest
from wire.verdicts import Cause, DrillVerdict

SPOT = "D0"
UNPROVEN_PER_HUNDRED = 1  # more than this share of files without a hash: never PASSED

_WORST_FIRST = (DrillVerdict.FAILED, DrillVerdict.INCONCLUSIVE, DrillVerdict.PASSED)

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


def judge_logged(drill: Drill, committed: Sequence[Commitment]) -> DrillJudgement:
    """The worst of what the proof is worth, of its age, and of what the agent itself says.

    `committed` is what the same agent said of this dataset before the drill, in the log's order.
    Under one manifest id the first commitment counts: a later one cannot replace it.
    """
    named = (each for each in committed if each.manifest.manifest_id == drill.manifest_id)
    first = next(named, None)
    judged = [judge_statement(drill, first.manifest if first else None)]
    if first is not None:
        judged.append(_judge_age(drill, committed))
    judged.append(DrillJudgement(drill.verdict, drill.cause))
    return min(judged, key=lambda each: _WORST_FIRST.index(each.verdict))


def overall(drills: Iterable[tuple[Hashable, DrillVerdict]]) -> DrillVerdict:
    """The worst of the newest of each kind; INCONCLUSIVE where none was held.

    Args:
        drills: what each was a drill of, and how it ended; newest first.
    """
    newest: dict[Hashable, DrillVerdict] = {}
    for kind, verdict in drills:
        newest.setdefault(kind, verdict)
    return min(newest.values(), key=_WORST_FIRST.index, default=DrillVerdict.INCONCLUSIVE)


def logged_verdict(drill: Drill, committed: Sequence[Commitment]) -> DrillVerdict:
    """What a score counts of a logged drill."""
    return judge_logged(drill, committed).verdict


def _judge_age(drill: Drill, committed: Sequence[Commitment]) -> DrillJudgement:
    """Whether the newest that was committed when the drill began, or a later one, came back.

    A site that was said to hold the newest one, and brings an older one back, has lost it.
    """
    newest: Commitment | None = None
    allowed: set[str] = set()
    for each in reversed(committed):
        allowed.add(each.manifest.manifest_id)
        if each.made_at <= drill.started_at:
            newest = each
            break
    if newest is None or drill.manifest_id in allowed:
        return DrillJudgement(DrillVerdict.PASSED, None)
    if drill.site in newest.sites:
        return DrillJudgement(DrillVerdict.FAILED, Cause.SNAPSHOTS_VANISHED)
    return DrillJudgement(DrillVerdict.INCONCLUSIVE, Cause.STALE)


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
