"""How long we wait for others: for a lock's holder, for a site that went away. On a given clock."""

from dataclasses import dataclass, field

from agent.clock import Clock, SystemClock
from agent.restic.pulse import Limits


@dataclass(frozen=True, slots=True)
class Patience:
    """The defaults are those of a run; tests bring a clock of their own.

    A lock is known dead after eleven minutes; a network that is away for twenty comes back.
    """

    clock: Clock = field(default_factory=SystemClock)
    lock_s: float = 15 * 60.0
    site_s: float = 25 * 60.0
    look_every_s: float = 10.0
    limits: Limits = field(default_factory=Limits)
