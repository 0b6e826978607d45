"""The book of processes: who was behind a process number at one moment."""

from types import TracebackType
from typing import Self

from agent.integrity.who.record import Who


class ProcessBook:
    """Remembers processes as they begin, change and end, also those that live for a millisecond.

    Open it before anything is watched. It reads in a thread of its own; `at` may be asked from
    any thread.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def at(
        self, pid: int, pidfd: int | None, at_ns: int, since_ns: int | None = None
    ) -> Who | None:
        """Whose process did something that was heard of at `at_ns`; None where it is not certain.

        Args:
            pid: of the thread group, as fanotify says it; 0 is nobody that this host can name.
            pidfd: as fanotify gave it. None: the kernel gives none. Negative: the process was gone
                when it was heard of. It stays the caller's to close.
            at_ns: UTC wall clock, when it was heard of.
            since_ns: UTC wall clock, the earliest moment at which it can have happened (when
                nothing waited to be heard of); None: a moment before `at_ns`.
        """
        raise NotImplementedError

    def limits(self) -> str:
        """What cannot be known here about who, as a message id; empty: nothing is amiss."""
        raise NotImplementedError

    @property
    def overruns(self) -> int:
        """How often processes began and ended faster than they could be noted, since opening."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
