"""The state of one run: what took how long, and which site failed why."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from agent.clock import Clock
from agent.progress import Meter, OnProgress, Progress, ignore
from agent.restic.errors import ResticError
from wire.verdicts import Cause

Result = TypeVar("Result")


class Course:
    """Guards phases and troubles; branches of a run share it between threads."""

    def __init__(self, clock: Clock, on_progress: OnProgress = ignore, dataset: str = "") -> None:
        self._clock = clock
        self._on_progress = on_progress
        self._dataset = dataset
        self._guard = threading.Lock()
        self.phases: dict[str, float] = {}
        self.troubles: dict[str, ResticError] = {}

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = self._clock.monotonic()
        try:
            yield
        finally:
            took = self._clock.monotonic() - begun
            with self._guard:
                self.phases[name] = round(self.phases.get(name, 0.0) + took, 3)

    @contextlib.contextmanager
    def work(self, name: str, site: str = "") -> Iterator[Meter]:
        """A phase of one site that is told while it goes on; a trouble there ends it as failed."""
        meter = Meter(
            Progress(name, site, self._dataset),
            self._on_progress,
            monotonic=self._clock.monotonic,
        )
        meter.tell()
        try:
            yield meter
        except BaseException:
            meter.fail()
            raise
        if self.usable(site):
            meter.finish()
        else:
            meter.fail()

    def trouble(self, site: str, error: ResticError) -> None:
        """The first trouble of a site explains the later ones."""
        with self._guard:
            self.troubles.setdefault(site, error)

    def note(self, site: str, cause: Cause) -> None:
        self.trouble(site, ResticError(cause, site=site, verb="look"))

    def attempt(self, site: str, work: Callable[[], Result]) -> Result | None:
        """Do something at a site; None: it did not work, and the trouble is noted."""
        try:
            return work()
        except ResticError as error:
            self.trouble(site, error)
            return None

    def attempt_anywhere(self, work: Callable[[], None]) -> None:
        """Do something that touches two sites: the error itself names the one at fault."""
        try:
            work()
        except ResticError as error:
            self.trouble(error.site, error)

    def usable(self, site: str) -> bool:
        with self._guard:
            return site not in self.troubles
