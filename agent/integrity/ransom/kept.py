"""A suspicion with all that is known of it on this host: what was done, and who dismissed it."""

from datetime import datetime

from msgspec import Struct

from agent.integrity.ransom.suspicion import Suspicion


class Answer(Struct, frozen=True):
    """What was done about a suspicion so far."""

    hold: str = ""  # the hold that it placed; empty: none was needed, or not yet
    held: bool | None = None  # whether retention is held; None: not known yet
    clean_known: bool = False  # whether the backups were asked
    last_clean_at: datetime | None = None
    playbook: str = ""
    run_id: str = ""
    playbook_refused: str = ""  # why none was begun: a code


class Kept(Struct, frozen=True):
    """A suspicion with all that is known of it on this host."""

    suspicion: Suspicion
    version: int
    answer: Answer
    answered: int
    dismissed_at: datetime | None = None
    dismissed_by: str = ""  # uid:…
    dismissed_why: str = ""  # never leaves this host

    @property
    def open(self) -> bool:
        return self.dismissed_at is None

    @property
    def waits(self) -> bool:
        """Whether something must still be done about it, or told again."""
        return self.open and self.answered < self.version
