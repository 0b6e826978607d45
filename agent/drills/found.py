"""What a drill saw, before it is judged."""

from dataclasses import dataclass

from agent.drills.ground import Located
from recovery.drill_verdict import DrillFacts
from wire.messages import Answer


@dataclass(frozen=True, slots=True)
class Found:
    """The facts for the verdict, and what the journal tells besides."""

    facts: DrillFacts
    files: int = 0
    bytes: int = 0
    located: Located | None = None
    answers: tuple[Answer, ...] = ()
    says: str = ""  # why it ended early, for a person at this host
