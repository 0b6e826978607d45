"""What follows from a suspicion: retention held, the clean point named, the playbook begun."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.people import Person, name_of
from agent.daemon.tell import tell
from agent.daemon.work import playbook_job
from agent.daemon.work.backup import holding_job
from agent.daemon.work.integrity.clean_points import clean_points, last_clean_at
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.suspicion_due import TRIED
from agent.daemon.work.integrity.suspicion_statement import suspicion_statement
from agent.daemon.work.integrity.suspicion_watch import said, watched_of
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.errors import BusyError
from agent.files.names import path_bytes
from agent.integrity.errors import NoSuchSuspicionError
from agent.integrity.ransom import canaries
from agent.integrity.ransom.canaries import Tended
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.ransom.store import SuspicionStore
from agent.playbooks.model import Decide, Step
from agent.playbooks.model import Person as PersonStep
from agent.playbooks.run import Parameters, Reply
from wire.errors import LachanError

log = logging.getLogger("lachan.agent")
REASON = "files look attacked"  # kept beside the hold, on this host alone
_ID_BYTES = 8


class Nobody:
    """Answers for the people of a playbook that began by itself: nobody has done it yet."""

    by = "agent"
    present = True

    def answer(self, step: PersonStep | Decide) -> Reply:  # noqa: ARG002 - the protocol's
        return Reply(done=False, by=self.by)

    def hear(self, step: Step) -> None:
        """Each step is sealed; there is nobody else here."""


def act(app: App) -> int:
    """Do all of it; how many suspicions were acted upon."""
    with suspicions_of(app) as store:
        tend_all(app, store)
        waiting = [kept for kept in store.open() if kept.waits]
        for kept in waiting:
            _act_upon(_Acting(app, store, kept))
    return len(waiting)


def dismiss(app: App, suspicion_id: str, person: Person, why: str) -> Kept:
    """A person says that it is none. What is held stays held until two people release it.

    Raises:
        NoSuchSuspicionError: there is none, or it was dismissed before.
    """
    now = app.clock.now()
    with suspicions_of(app) as store:
        if not store.dismiss(suspicion_id, person.id, why, now):
            raise NoSuchSuspicionError(suspicion=suspicion_id)
        kept = store.of(suspicion_id)
        if kept is None:
            raise NoSuchSuspicionError(suspicion=suspicion_id)
        _tell(app, kept, kept.answer)
        # those that were touched are no proof of anything any more; new ones are made
        canaries.remove(store, kept.suspicion.watched, now)
    app.memory.keep(TRIED, "")
    return kept


def listing(app: App, most: int) -> tuple[Kept, ...]:
    """Newest first."""
    with suspicions_of(app) as store:
        return store.all(most)


def standing(app: App) -> tuple[Kept, ...]:
    """Those that nobody has dismissed, newest first."""
    with suspicions_of(app) as store:
        return store.open()


def tend_now(app: App) -> tuple[Tended, ...]:
    """The same for a person who does not want to wait."""
    with suspicions_of(app) as store:
        return tend_all(app, store)


def standing_canaries(app: App) -> tuple[tuple[bytes, bool], ...]:
    """Where ours lie, and whether each is as we made it."""
    with suspicions_of(app) as store:
        return tuple((one.path, canaries.intact(one)) for one in store.canaries())


def tend_all(app: App, store: SuspicionStore) -> tuple[Tended, ...]:
    """Make and remove canaries as the configuration says."""
    now = app.clock.now()
    app.memory.keep(TRIED, now.isoformat())
    watched = {path_bytes(each.path): each for each in app.config.integrity}
    tended = [canaries.tend(store, each, app.entropy, now) for each in watched.values()]
    forgotten = {canary.watched for canary in store.canaries()} - watched.keys()
    tended += [canaries.remove(store, path, now) for path in sorted(forgotten)]
    for one in tended:
        if one.trouble:
            log.warning("no canaries: %s", one.trouble)
    return tuple(tended)


@dataclass(frozen=True, slots=True)
class _Acting:
    """One suspicion that waits."""

    app: App
    store: SuspicionStore
    kept: Kept

    def keep(self, answer: Answer) -> None:
        """What was done is kept before it is told, so that nothing is done twice."""
        self.store.keep_answer(self.kept.suspicion.id, answer)
        _tell(self.app, self.kept, answer)


def _act_upon(acting: _Acting) -> None:
    """The quick before the slow; what fails is tried at the next turn."""
    answer = acting.kept.answer
    for step in _STEPS:
        try:
            after = step(acting, answer)
        except LachanError as error:
            log.warning("after a suspicion: %s", type(error).__name__)
            continue
        if after != answer:
            answer = after
            acting.keep(answer)
    if _complete(acting.app, answer):
        acting.store.answered(acting.kept)


def _hold(acting: _Acting, answer: Answer) -> Answer:
    """At every site; a maintenance host that could not be told is told later by its own jobs."""
    app = acting.app
    if not app.config.sites:
        return answer
    if not answer.hold:
        placed = holding_job.place_for(app, acting.kept.suspicion.id, REASON)
        answer = structs.replace(answer, hold=placed.id)
    return structs.replace(answer, held=not holding_job.spread(app))


def _name_clean_point(acting: _Acting, answer: Answer) -> Answer:
    """Again whenever more is known: the first change may be older than was thought."""
    suspicion = acting.kept.suspicion
    points = clean_points(acting.app, suspicion.watched, suspicion.since)
    return structs.replace(answer, clean_known=True, last_clean_at=last_clean_at(points))


def _begin_playbook(acting: _Acting, answer: Answer) -> Answer:
    app, name = acting.app, acting.app.config.suspicion_playbook
    if not name or answer.run_id or answer.playbook_refused:
        return answer
    begun = structs.replace(answer, playbook=name, run_id=f"run-{app.entropy(_ID_BYTES).hex()}")
    acting.keep(begun)
    try:
        playbook_job.start(app, name, Parameters(), Nobody(), begun.run_id)
    except BusyError:
        acting.keep(answer)  # another run is under way: once more later
        return answer
    except LachanError as error:
        code = type(error).__name__.removesuffix("Error")
        return structs.replace(answer, playbook_refused=code)
    return begun


_STEPS: tuple[Callable[[_Acting, Answer], Answer], ...] = (
    _hold,
    _name_clean_point,
    _begin_playbook,
)


def _complete(app: App, answer: Answer) -> bool:
    held = bool(answer.held) or not app.config.sites
    begun = bool(answer.run_id or answer.playbook_refused) or not app.config.suspicion_playbook
    return held and begun and answer.clean_known


def _tell(app: App, kept: Kept, answer: Answer) -> None:
    watched = watched_of(app.config.integrity, kept.suspicion.watched)
    if watched is None:  # it is configured no more: nothing of it may be disclosed
        watched = Watched(path=Path(os.fsdecode(kept.suspicion.watched)))
    telling = Telling(app.pseudonyms, lambda uid: name_of(f"uid:{uid}"))
    tell(app, suspicion_statement(telling, watched, kept.suspicion, said(kept, answer)))
