"""Which level counts for each system: the stricter of the owner's word and the assignment."""

from dataclasses import dataclass

from agent.config.model import System
from wire.orders import AssignedSystem, Assignment
from wire.verdicts import Regime


@dataclass(frozen=True, slots=True)
class JudgedSystem:
    """One information system as it is judged on this host."""

    code: str
    regime: Regime
    level: int
    largest_rpo_s: float | None
    differs: bool  # the owner's word and the assignment are not the same


def judged_systems(
    configured: tuple[System, ...], assigned: Assignment | None
) -> tuple[JudgedSystem, ...]:
    """All systems that either names: the regime as assigned, the higher level of both."""
    decided = {system.code: system for system in assigned.systems} if assigned else {}
    said = {system.code: system for system in configured}
    return tuple(
        _judged(code, said.get(code), decided.get(code), joined=assigned is not None)
        for code in dict.fromkeys((*said, *decided))
    )


def _judged(
    code: str, said: System | None, decided: AssignedSystem | None, *, joined: bool
) -> JudgedSystem:
    levels = [system.level for system in (said, decided) if system is not None]
    regimes = [system.regime for system in (decided, said) if system is not None]
    differs = len(set(levels)) > 1 or len(set(regimes)) > 1 or (joined and decided is None)
    rpo = decided.largest_rpo_s if decided else None
    return JudgedSystem(code, regimes[0], max(levels), rpo, differs)
