"""What came of one drill."""

from dataclasses import dataclass

from agent.drills.journal import Journal
from wire.messages import Answer


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The journal, the answers that go with it, and what to raise once it is sealed."""

    journal: Journal
    answers: tuple[Answer, ...] = ()
    trouble: BaseException | None = None
