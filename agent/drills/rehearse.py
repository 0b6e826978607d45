"""Hold one drill: from the sealed folder to the verdict, whatever happens in between."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from agent.backup.records.records import Records
from agent.clock import Clock
from agent.config.home import Home
from agent.drills import full, ground, scratch, spot
from agent.drills.errors import ScratchError, StoppedDrillError
from agent.drills.found import Found
from agent.drills.ground import Ground, Located
from agent.drills.journal import D0, D1, Journal
from agent.drills.phases import CLEAN_UP, Stopwatch
from agent.drills.rehearsal import Rehearsal
from agent.drills.spot import Challenge
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.locks import Need, past_locks
from recovery.drill_verdict import DrillFacts, DrillJudgement, judge
from recovery.prediction import OBJECTIVE, recovery_time_s
from wire.verdicts import Assurance, Cause

_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Task:
    """What to rehearse, where, and by whose order."""

    drill_class: str
    dataset: str
    challenge: Challenge  # its nonce is empty for D1 without an order
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a drill needs of this agent. `restic` is at the named site."""

    home: Home
    restic: Restic
    records: Records
    clock: Clock
    entropy: Callable[[int], bytes]


def hold(
    setting: Setting, task: Task, begun: Callable[[Journal], None] = lambda _journal: None
) -> Rehearsal:
    """Hold the drill. Everything that goes wrong at the site is in the journal.

    Args:
        setting: this agent.
        task: what to rehearse.
        begun: is told what is known at the start, before anything is asked of the site.

    Raises:
        ScratchError: there is no sealed folder to work in.
    """
    drill_id = f"{task.drill_class}-{setting.entropy(_ID_BYTES).hex()}"
    started_at, watch = setting.clock.now(), Stopwatch(setting.clock)
    sealed = scratch.make(setting.home, drill_id, setting.clock)
    unseen = _nothing(Cause.CANCELLED, None)
    begun(_journal(setting, task, unseen, watch, (drill_id, started_at)))
    restic = ground.drill_restic(setting.restic, sealed)
    found, trouble = _see(setting, task, Ground(restic, sealed, watch, started_at))
    try:
        with watch.phase(CLEAN_UP):
            if trouble is not None:  # Ctrl-C may come while a restic is just being started
                scratch.stop_orphans(sealed.folder)
            scratch.remove(sealed.folder)
    except ScratchError as error:
        trouble = trouble or error
    journal = _journal(setting, task, found, watch, (drill_id, started_at))
    return Rehearsal(journal, found.answers, trouble)


def _see(setting: Setting, task: Task, here: Ground) -> tuple[Found, BaseException | None]:
    """What the drill sees, or why it could not; Ctrl-C is raised once the journal is sealed."""
    located: Located | None = None
    try:
        need = Need((setting.restic,))
        located = past_locks(need, lambda: _locate(setting.records, task, here))
        return _look(task, here, located), None
    except (StoppedDrillError, ResticError) as error:
        return _nothing(error.cause, located, error.says), None
    except KeyboardInterrupt as interrupt:
        return _nothing(Cause.CANCELLED, located), interrupt


def _locate(records: Records, task: Task, here: Ground) -> Located:
    known = {point.snapshot for point in records.points(task.dataset, here.site)}
    newest = records.newest_point(task.dataset, here.site)
    located = ground.locate(here, task.dataset, known)
    if newest is not None and located.point.data.at < newest.snapshot_at:
        raise StoppedDrillError(
            Cause.SNAPSHOTS_VANISHED, site=here.site, detail="its newest point is no longer there"
        )
    _demand_same_commitment(records, task, here, located)
    return located


def _look(task: Task, here: Ground, located: Located) -> Found:
    if task.drill_class == D0:
        return spot.answer(here, located, task.challenge)
    return full.restore_all(here, located)


def _demand_same_commitment(records: Records, task: Task, here: Ground, located: Located) -> None:
    """Where this host still has its own record, the site's manifest must be that one."""
    kept = records.manifest_of(task.dataset, located.point.data.tree)
    held = located.held.commitment
    if kept is not None and kept.manifest == held.manifest_id and kept.root != held.root.hex():
        raise StoppedDrillError(
            Cause.CONTENT_DIFFERS, site=here.site, detail="its manifest is not the committed one"
        )


def _nothing(cause: Cause, located: Located | None, says: str = "") -> Found:
    committed = located.held.commitment.leaves if located else 0
    facts = DrillFacts(committed=committed, expected=committed, compared=0, cause=cause)
    return Found(facts, located=located, says=says)


def _journal(
    setting: Setting, task: Task, found: Found, watch: Stopwatch, begin: tuple[str, datetime]
) -> Journal:
    drill_id, started_at = begin
    rto_s = _recovery_time_s(task, found, watch)
    judgement = _judged(found, rto_s)
    located = found.located
    held = located.held.commitment if located else None
    return Journal(
        drill_id=drill_id,
        drill_class=task.drill_class,
        dataset=task.dataset,
        site=setting.restic.site,
        verdict=judgement.verdict,
        assurance=Assurance.SELF,
        started_at=started_at,
        ended_at=setting.clock.now(),
        objective_s=OBJECTIVE.total_seconds(),
        order_id=task.order_id,
        nonce=task.challenge.nonce,
        manifest_id=held.manifest_id if held else "",
        manifest_root=held.root.hex() if held else "",
        manifest_leaves=held.leaves if held else 0,
        manifest_bytes=held.bytes if held else 0,
        snapshot=located.point.data.id if located else "",
        snapshot_at=located.point.data.at if located else None,
        cause=judgement.cause,
        says=found.says,
        files=found.files,
        bytes=found.bytes,
        mismatches=found.facts.mismatches,
        unproven=found.facts.unproven,
        phases=watch.seconds,
        rto_s=round(rto_s, 3) if rto_s is not None else None,
    )


def _recovery_time_s(task: Task, found: Found, watch: Stopwatch) -> float | None:
    """Only what came back whole tells how long it takes."""
    whole = found.facts.cause is None and not found.facts.mismatches
    return recovery_time_s(watch.seconds) if task.drill_class == D1 and whole else None


def _judged(found: Found, rto_s: float | None) -> DrillJudgement:
    """A recovery that takes too long has failed, even if everything came back."""
    timed = replace(found.facts, rto_s=rto_s, objective_s=OBJECTIVE.total_seconds())
    return judge(timed)
