"""What a check is, what it answers, and what a look at the host finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from agent.facts.slow import SlowFact
from agent.host import Host
from wire.privacy import Privacy
from wire.text import Text
from wire.verdicts import CheckVerdict

FactType = TypeVar("FactType")
NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """A judge's answer. `observed` is in the host's own words: settings, values, names."""

    verdict: CheckVerdict
    observed: str
    count: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Check(Generic[FactType]):
    """One promise about the host: what to ask, how to judge, how to mend.

    `observed_is` says who may see what was observed: PUBLIC may leave the host, LOCAL may not,
    and then only its count does.
    """

    id: str
    title: Text
    why: Text
    expected: str
    remedy: str
    needs: Callable[[Host], FactType] | SlowFact[FactType]
    judge: Callable[[FactType], Outcome]
    source: str
    observed_is: Privacy = Privacy.PUBLIC

    @property
    def slow(self) -> bool:
        return isinstance(self.needs, SlowFact)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found at one moment. `unreadable` and `detail` never leave the host."""

    check: str
    verdict: CheckVerdict
    expected: str
    collected_at: datetime
    observed: str = ""
    count: int | None = None
    reason: str = ""
    unreadable: str = ""
    detail: str = ""


def judged(good: bool, observed: str) -> Outcome:  # noqa: FBT001 - the one thing it says
    return Outcome(CheckVerdict.PASS if good else CheckVerdict.FAIL, observed)


def none_of(names: Sequence[str], total: int | None = None) -> Outcome:
    """Good when nobody and nothing is on the list; else how many, and the first of them.

    Args:
        names: those that should not be.
        total: how many there are, when `names` holds only the first.
    """
    count = len(names) if total is None else total
    if count == 0:
        return Outcome(CheckVerdict.PASS, "none", count=0)
    shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if count > NAMES_SHOWN else "")
    return Outcome(CheckVerdict.FAIL, f"{count}: {shown}", count=count)


def undecided(reason: str, observed: str) -> Outcome:
    """The fact was read and does not settle the question."""
    return Outcome(CheckVerdict.UNKNOWN, observed, reason=reason)


def at_most(mode: int, limit: int) -> bool:
    """Whether a mode grants nothing beyond the limit."""
    return mode & ~limit == 0
