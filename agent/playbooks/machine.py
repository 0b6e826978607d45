"""Where a run stands and where it goes next: pure, so that every way can be tested."""

from dataclasses import dataclass, replace
from datetime import datetime

from agent.playbooks.model import BAD_END, ENDS, GOOD_END, Decide, Notify, Playbook, Step
from wire.verdicts import Cause

MAX_ENDED_STEPS = 500  # a person who tries again for ever is asked to start over

DONE = "done"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one step ended. `choice` is the answer of a decide step."""

    step: str
    kind: str
    state: str  # done | failed
    by: str  # agent | demo | person
    started_at: datetime
    ended_at: datetime
    choice: str = ""
    cause: Cause | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """A run between two steps."""

    playbook: Playbook
    current: str
    ended: tuple[Ended, ...] = ()

    @property
    def finished(self) -> bool:
        return self.current in ENDS

    @property
    def good(self) -> bool:
        return self.current == GOOD_END

    @property
    def step(self) -> Step:
        return self.playbook.step(self.current)


def begin(playbook: Playbook) -> Position:
    return Position(playbook, playbook.frame.start)


def advance(position: Position, ended: Ended) -> Position:
    """The run after its current step ended so."""
    following = _following(position.step, ended)
    journal = (*position.ended, ended)
    if len(journal) >= MAX_ENDED_STEPS and following not in ENDS:
        following = BAD_END
    return replace(position, current=following, ended=journal)


def _following(step: Step, ended: Ended) -> str:
    match step:
        case Notify():
            return step.next
        case Decide() if ended.state == DONE:
            chosen = [option.next for option in step.options if option.answer == ended.choice]
            return chosen[0] if chosen else step.on_failure
        case Decide():
            return step.on_failure
        case _:
            return step.next if ended.state == DONE else step.on_failure
