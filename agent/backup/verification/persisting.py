"""Goes on where a dead link has cut a run: waits for the site, clears up, does the work again."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from agent.backup.verification import resuming
from agent.restic.answering import answers
from agent.restic.door import Restic
from agent.restic.errors import ResticError

Result = TypeVar("Result")
_ASK_WITHIN_S = 8.0
_ASK_EVERY_S = 4.0


def persist(restics: Sequence[Restic], work: Callable[[], Result]) -> Result:
    """Do the work; when a site that was there goes away meanwhile, wait for it and go on.

    A site that was not there to begin with is not waited for: the next run catches up.

    Raises:
        ResticError: the work failed, or the site stayed away for longer than we wait.
    """
    left_s = restics[0].patience.site_s
    while True:
        try:
            return work()
        except ResticError as error:
            if not error.cut:
                raise
            left_s = _await(restics, left_s)
            if left_s <= 0:
                raise
        for restic in restics:
            resuming.settle(restic)


def _await(restics: Sequence[Restic], left_s: float) -> float:
    """Until all of them answer; how much of the time is left, nought when they did not."""
    patience = restics[0].patience
    deadline_s = patience.clock.monotonic() + left_s
    while not all(answers(one.repository, one.workplace, _ASK_WITHIN_S) for one in restics):
        if patience.clock.monotonic() >= deadline_s:
            return 0.0
        patience.clock.sleep(_ASK_EVERY_S)
    return max(deadline_s - patience.clock.monotonic(), 0.1)  # what has just come back is used
