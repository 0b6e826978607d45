"""Judges the stream of changes for attacks, in the watching process."""

import contextlib
from collections.abc import Iterator, Sequence

from agent.daemon.app import App
from agent.integrity.seen import Seen


class NoWatchman:
    """Judges nothing."""

    def take(self, seen: Sequence[Seen]) -> None:
        pass

    def tick(self) -> None:
        pass


@contextlib.contextmanager
def open_watchman(app: App) -> Iterator[NoWatchman]:  # noqa: ARG001
    yield NoWatchman()
