"""Sixty days of ordinary work: each has office work and some of what is done in mass, mixed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bench import benign_machines as machines
from bench import benign_people as people
from bench.benign_people import Benign
from tests.agent.integrity.ransom.forms import seeded

MASS_WORK = (*people.MASS_WORK, *machines.MASS_WORK)
_EACH_DAY = 3
_BETWEEN = timedelta(hours=2).total_seconds()
_NIGHT = timedelta(hours=14).total_seconds()


@dataclass(frozen=True)
class Day:
    """Office work, and what else is done."""

    works: tuple[Callable[[Benign], None], ...]

    @property
    def name(self) -> str:
        return ", ".join(one.__name__ for one in self.works)

    def run(self, day: Benign) -> None:
        people.office(day)
        for one in self.works:
            one(day)
            day.share.pass_by(_BETWEEN)
        day.share.pass_by(_NIGHT)


def days(count: int, seed: int) -> Iterator[Day]:
    """Everything comes at least once in eleven days; what meets what is chance."""
    source, waiting = seeded(seed), list[Callable[[Benign], None]]()
    for _ in range(count):
        while len(waiting) < _EACH_DAY:
            waiting += source.sample(MASS_WORK, len(MASS_WORK))
        yield Day(tuple(waiting.pop(0) for _ in range(_EACH_DAY)))
