"""Runs a playbook's steps on this host and seals the begin and the end of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent import library
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work import playbook_verbs
from agent.playbooks.errors import MissingParameterError, UnansweredError, UnknownPlaybookError
from agent.playbooks.load import examine, load
from agent.playbooks.machine import Ended, Position
from agent.playbooks.model import Decide, Notify, Person, Playbook, Step
from agent.playbooks.problems import Problem
from agent.playbooks.run import BEGUN, Outcome, Parameters, Reply, run
from agent.playbooks.verbs import Verb
from agent.state.lock import hold
from wire.messages import PlaybookStep

LOCK = "playbook"
_ID_BYTES = 8
_PERSON = "person"  # purpose of the pseudonyms of people


class People(Protocol):
    """Whoever answers and hears: a person at the terminal, or the demonstration."""

    @property
    def by(self) -> str: ...  # demo | person

    @property
    def present(self) -> bool: ...

    def answer(self, step: Person | Decide) -> Reply: ...

    def hear(self, step: Step) -> None: ...


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended."""

    run_id: str
    playbook: Playbook
    position: Position
    began_at: datetime
    ended_at: datetime


def examine_all(home: Home) -> tuple[tuple[str, Playbook | None, tuple[Problem, ...]], ...]:
    """Every playbook by its folder and name, with its problems; no configuration is needed."""
    found = []
    for name, raw in library.playbooks(home):
        playbook, problems = examine(raw)
        found.append((name, playbook, tuple(problems)))
    return tuple(found)


def named(home: Home, name: str) -> tuple[str, bytes]:
    """A playbook's file by `recovery/file-server-lost` or by its id.

    Raises:
        UnknownPlaybookError: there is none.
    """
    wanted = name.replace(".", "/", 1) if "/" not in name else name
    for known, raw in library.playbooks(home):
        if known == wanted:
            return known, raw
    raise UnknownPlaybookError(playbook=name)


def start(
    app: App, name: str, parameters: Parameters, people: People, run_id: str = ""
) -> Finished:
    """Run it to an end; a second run on this host waits for nobody and is refused.

    Args:
        app: the agent.
        name: the playbook's, or its id.
        parameters: what the run is about.
        people: who answers for its people.
        run_id: the run's, where it was told before; empty: a new one.

    Raises:
        WrongPlaybookError, MissingParameterError, UnansweredError: nothing was begun.
        BusyError: another run is under way.
    """
    known, raw = named(app.home, name)
    playbook = load(raw, known)
    _demand(playbook, parameters, people)
    with hold(app.home, LOCK, clock=app.clock):
        began_at = app.clock.now()
        run_id = run_id or f"run-{app.entropy(_ID_BYTES).hex()}"
        door = _HostDoor(app, playbook, run_id, people)
        position = run(playbook, parameters, door, app.clock)
    return Finished(door.run_id, playbook, position, began_at, app.clock.now())


def _demand(playbook: Playbook, parameters: Parameters, people: People) -> None:
    if "site" in playbook.frame.parameters and not parameters.site:
        raise MissingParameterError(playbook=playbook.id, parameter="site")
    if not people.present and any(isinstance(step, Person | Decide) for step in playbook.steps):
        raise UnansweredError


@dataclass(frozen=True, slots=True)
class _HostDoor:
    """The run's door to this host: its tasks, its people, its chain of evidence."""

    app: App
    playbook: Playbook
    run_id: str
    people: People

    def perform(self, verb: Verb, parameters: Parameters) -> Outcome:
        return playbook_verbs.perform(self.app, verb, parameters)

    def ask(self, step: Person | Decide) -> Reply:
        return self.people.answer(step)

    def tell(self, step: Notify) -> None:
        """The people at hand hear it; the sealed step is what the controller hears."""

    def begun(self, step: Step, at: datetime) -> None:
        self.people.hear(step)
        by = self.people.by if isinstance(step, Person | Decide) else "agent"
        self._seal(Ended(step.id, step.kind, BEGUN, by, at, at))

    def ended(self, ended: Ended) -> None:
        self._seal(ended)

    def _seal(self, ended: Ended) -> None:
        tell(
            self.app,
            PlaybookStep(
                run_id=self.run_id,
                playbook=self.playbook.id,
                playbook_digest=self.playbook.digest,
                step=ended.step,
                kind=ended.kind,
                state=ended.state,
                by=ended.by,
                started_at=ended.started_at,
                ended_at=ended.ended_at,
                cause=ended.cause,
                person=self.app.pseudonyms.of(_PERSON, ended.person) if ended.person else None,
            ),
        )
