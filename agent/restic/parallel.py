"""Work at several repositories at once; nobody is left behind when it is given up."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from agent.restic.process import Stopper

Result = TypeVar("Result")


def together(stopper: Stopper, works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all at once; return their results in order, or raise the first error.

    On Ctrl-C (or any error) every running restic of this task is stopped before it is raised.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(works))) as pool:
        futures = [pool.submit(copy_context().run, work) for work in works]  # its language, too
        try:
            return [future.result() for future in futures]
        except BaseException:
            stopper.stop_all()
            raise
