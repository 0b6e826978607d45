"""Carries a plan of a restore out: from the first site that gives everything, and proves it.

Nothing here can be ordered: no job of the daemon, no order and no playbook leads to it.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from agent.backup.course import Course
from agent.backup.records.records import open_records
from agent.backup.restore import goal as restore_goal
from agent.backup.restore import guards as restore_guards
from agent.backup.restore import journal as restore_journal
from agent.backup.restore import placing, restoring
from agent.backup.restore.choosing import Candidate
from agent.backup.restore.goal import Goal, Ground, Way
from agent.backup.restore.journal import Entry, Journal
from agent.backup.restore.listing import Listing, committed, list_point
from agent.backup.restore.placing import Ending, Move
from agent.backup.restore.restoring import Restored, Wanted
from agent.daemon.app import App
from agent.daemon.work.backup import backup_job
from agent.daemon.work.restore.restore_plan import Plan
from agent.errors import AgentError
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from recovery.errors import ManifestError
from wire.verdicts import Cause

_INCOMPLETE = ".incomplete"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `final` is where the restored thing lies now, None when none of it came."""

    candidate: Candidate
    restored: Restored
    way: Way
    final: Path | None
    kept: Path | None
    troubles: tuple[AgentError, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One site's answer, still in its stage."""

    candidate: Candidate
    wanted: Wanted
    restored: Restored
    journal: Journal


def end_interrupted(app: App) -> tuple[tuple[Entry, Ending], ...]:
    """End restores that kill -9 has cut; what each has come to."""
    return tuple(
        (journal.entry, placing.recover(journal))
        for journal in restore_journal.left_behind(app.home)
    )


def carry_out(app: App, plan: Plan, course: Course) -> Outcome:
    """Restore, compare, place.

    Raises:
        ResticError: no site could give it.
        RestoreTargetError, MountGoneError, CaseFoldedError: it cannot be put there.
    """
    begun_s = app.clock.monotonic()
    troubles: list[AgentError] = list(plan.troubles)
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        runs = records.runs(plan.dataset.name, 1)
    if plan.goal.way is Way.IN_PLACE:
        restore_guards.demand_same_mount(plan.goal.final, runs[0].devices if runs else "")
    with contextlib.ExitStack() as stages:
        attempt = _best(app, plan, course, troubles, stages)
        goal, whole = _goal(plan.goal, attempt)
        final = _place(attempt, goal, whole=whole)
        _note_damage(app, plan, attempt)
        return Outcome(
            attempt.candidate,
            attempt.restored,
            goal.way,
            final,
            goal.kept if whole else None,
            tuple(troubles),
            app.clock.monotonic() - begun_s,
        )


def _best(
    app: App,
    plan: Plan,
    course: Course,
    troubles: list[AgentError],
    stages: contextlib.ExitStack,
) -> _Attempt:
    """The first that is whole; else the one that lacks least."""
    attempts: list[_Attempt] = []
    for candidate in (plan.candidate, *plan.others):
        try:
            attempt = _attempt(app, plan, candidate, course, troubles, stages)
        except ResticError as error:
            if error.cause in (Cause.NO_SPACE, Cause.CANCELLED):
                raise
            troubles.append(error)
            continue
        attempts.append(attempt)
        if attempt.restored.whole:
            return attempt
        if attempt.restored.damage is not None:
            troubles.append(attempt.restored.damage)
    if not attempts:
        raise troubles[-1]
    return min(attempts, key=lambda one: one.restored.differences.of_content)


def _attempt(
    app: App,
    plan: Plan,
    candidate: Candidate,
    course: Course,
    troubles: list[AgentError],
    stages: contextlib.ExitStack,
) -> _Attempt:
    restic = plan.asked.restics[candidate.site]
    listing = plan.listing
    if candidate is not plan.candidate:
        with course.work("list", candidate.site) as meter:
            listing = list_point(restic, candidate.point, plan.listing.inner, meter.tell)
    listing = _with_hashes(restic, plan, candidate, listing, troubles)
    restoring.demand_room(candidate.site, plan.goal.final, listing.counted)
    journal, ground = stages.enter_context(_staged(app, plan.goal))
    wanted = Wanted(candidate.point, listing, ground)
    restored = restoring.restore(restic, wanted, course, app.clock)
    return _Attempt(candidate, wanted, restored, journal)


def _with_hashes(
    restic: Restic,
    plan: Plan,
    candidate: Candidate,
    listing: Listing,
    troubles: list[AgentError],
) -> Listing:
    """Without the manifest the repository itself vouches for the files, and that is told."""
    listed, tree = candidate.holding.snapshots, candidate.point.tree
    try:
        entries = committed(restic, listed, plan.dataset.name, listing, tree)
    except ManifestError:
        troubles.append(ResticError(Cause.NO_MANIFEST, site=restic.site, verb="dump"))
        return listing
    except ResticError as error:
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        troubles.append(error)
        return listing
    return replace(listing, entries=entries)


@contextlib.contextmanager
def _staged(app: App, goal: Goal) -> Iterator[tuple[Journal, Ground]]:
    """Our folder beside the goal; whatever happens, it is gone in the end, and nothing else is."""
    restore_id = uuid.UUID(bytes=app.entropy(16)).hex[:12]
    folder = goal.final.parent
    made = not folder.exists()
    stage = folder / f"{restore_goal.STAGE_PREFIX}{restore_id}"
    with restore_journal.opened(app.home, restore_id, stage) as journal:
        try:
            with restore_goal.opened(goal.final, restore_id) as ground:
                yield journal, ground
        finally:
            placing.recover(journal)
            if made:
                with contextlib.suppress(OSError):  # it holds what was restored
                    folder.rmdir()


def _goal(goal: Goal, attempt: _Attempt) -> tuple[Goal, bool]:
    """What is not all right replaces nothing; what is not whole is not called restored."""
    restored = attempt.restored
    if not restored.whole or (goal.way is Way.REPLACE and not restored.proved):
        goal = goal.fallback(attempt.candidate.point.at)
    return goal, restored.whole


def _place(attempt: _Attempt, goal: Goal, *, whole: bool) -> Path | None:
    wanted = attempt.wanted
    if not os.path.lexists(wanted.item):
        return None
    name = goal.final.name if whole else goal.final.name + _INCOMPLETE
    if wanted.item == wanted.tree:
        _be_like(goal.live, wanted.tree)
        with contextlib.suppress(OSError):  # an empty folder of choice becomes this one
            (wanted.ground.parent / name).rmdir()
    inner = str(wanted.item.relative_to(wanted.ground.stage))
    kept = goal.kept.name if goal.kept is not None and whole else ""
    placing.place(attempt.journal, wanted.ground, Move(inner, name, kept))
    return goal.final.with_name(name)


def _be_like(live: Path | None, tree: Path) -> None:
    """A dataset's own folder is no part of its points: it becomes like the one that is there."""
    if live is None or not live.is_dir():
        return
    shutil.copystat(live, tree)
    status = live.stat()
    with contextlib.suppress(PermissionError):
        os.chown(tree, status.st_uid, status.st_gid)


def _note_damage(app: App, plan: Plan, attempt: _Attempt) -> None:
    """Damage that a restore has met stands until a verification finds the site whole."""
    damaged = {
        error.site
        for error in (*plan.troubles, attempt.restored.damage)
        if isinstance(error, ResticError) and error.cause is Cause.REPOSITORY_DAMAGED
    }
    if not damaged:
        return
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        for site in damaged:
            records.damaged(site, Cause.REPOSITORY_DAMAGED, app.clock.now())
    backup_job.tell_standing(app, (plan.dataset.name,))
