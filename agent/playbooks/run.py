"""Walk a playbook: do the agent's steps through a door, ask for the others, tell each of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from agent.clock import Clock
from agent.playbooks.errors import RefusedVerbError
from agent.playbooks.machine import DONE, FAILED, Ended, Position, advance, begin
from agent.playbooks.model import (
    Automatic,
    Decide,
    Notify,
    Person,
    Playbook,
    Step,
    Wait,
    duration_seconds,
)
from agent.playbooks.verbs import Verb
from wire.errors import LachanError
from wire.verdicts import Cause

BEGUN = "begun"  # the journal line of a step that has not ended yet
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the whole run is about; the names are the configuration's own."""

    site: str = ""
    dataset: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb answered."""

    verdict: str
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person, or the demo in a person's place, answered."""

    done: bool
    by: str  # demo | person
    choice: str = ""
    person: str = ""  # who, as the host knows them; leaves only as a pseudonym


class Door(Protocol):
    """Everything that a run does to the world."""

    def perform(self, verb: Verb, parameters: Parameters) -> Outcome: ...

    def ask(self, step: Person | Decide) -> Reply: ...

    def tell(self, step: Notify) -> None: ...

    def begun(self, step: Step, at: datetime) -> None: ...

    def ended(self, ended: Ended) -> None: ...


@dataclass(frozen=True, slots=True)
class _Result:
    """How a step went; the journal line is made from it."""

    state: str
    by: str = "agent"
    cause: Cause | None = None
    choice: str = ""
    person: str = ""


def run(playbook: Playbook, parameters: Parameters, door: Door, clock: Clock) -> Position:
    """From the start to an end; every step is told when it begins and when it ends."""
    walk = _Walk(parameters, door, clock)
    position = begin(playbook)
    while not position.finished:
        ended = walk.journalled(position.step)
        door.ended(ended)
        position = advance(position, ended)
    return position


@dataclass(frozen=True, slots=True)
class _Walk:
    """One run's parameters, its door and its clock."""

    parameters: Parameters
    door: Door
    clock: Clock

    def journalled(self, step: Step) -> Ended:
        started_at, watch = self.clock.now(), self.clock.monotonic()
        self.door.begun(step, started_at)
        result = _in_time(step, self._do(step), self.clock.monotonic() - watch)
        return Ended(
            step=step.id,
            kind=step.kind,
            state=result.state,
            by=result.by,
            started_at=started_at,
            ended_at=self.clock.now(),
            choice=result.choice,
            cause=result.cause,
            person=result.person,
        )

    def _do(self, step: Step) -> _Result:
        match step:
            case Automatic():
                return self._attempt(step.verb, step.expect)
            case Wait():
                return self._wait(step)
            case Notify():
                self.door.tell(step)
                return _Result(DONE)
            case _:
                reply = self.door.ask(step)
                state = DONE if reply.done else FAILED
                return _Result(state, reply.by, choice=reply.choice, person=reply.person)

    def _attempt(self, verb: Verb, wanted: tuple[str, ...]) -> _Result:
        """An error is a failed step with its cause, never the end of the whole run."""
        try:
            outcome = self.door.perform(verb, self.parameters)
        except RefusedVerbError:
            return _Result(REFUSED)
        except LachanError as error:
            cause = getattr(error, "cause", None)
            return _Result(
                FAILED, cause=cause if isinstance(cause, Cause) else Cause.COULD_NOT_LOOK
            )
        return _Result(DONE if outcome.verdict in wanted else FAILED, cause=outcome.cause)

    def _wait(self, step: Wait) -> _Result:
        end = self.clock.monotonic() + duration_seconds(step.timeout)
        pause = duration_seconds(step.every)
        result = self._attempt(step.verb, step.until)
        while result.state == FAILED and self.clock.monotonic() + pause <= end:
            self.clock.sleep(pause)
            result = self._attempt(step.verb, step.until)
        return result


def _in_time(step: Step, result: _Result, took_s: float) -> _Result:
    """What came too late is not done, however well it went."""
    if isinstance(step, Notify) or took_s <= duration_seconds(step.timeout):
        return result
    late = result.state == DONE
    return replace(
        result,
        state=FAILED if late else result.state,
        cause=result.cause or Cause.OBJECTIVE_MISSED,
    )
