"""A host during one look: every question is put to it once, however many facts need the answer."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar, cast

from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import FILE_LIMIT_BYTES, FileStatus, Host

KEPT_CHARACTERS = 512 * 2**10  # a longer answer is asked again rather than kept

Answer = TypeVar("Answer")


class AskedOnce:
    """Remembers answers and refusals until the look is over; keep it no longer."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._answers: dict[object, object] = {}

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        question = ("run", *argv, tuple(accept))
        return self._once(question, lambda: self._host.run(argv, timeout_s, accept=accept))

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        question = ("read", path, limit_bytes)
        return self._once(question, lambda: self._host.read(path, limit_bytes=limit_bytes))

    def listing(self, path: str) -> tuple[str, ...]:
        return self._once(("listing", path), lambda: self._host.listing(path))

    def lstat(self, path: str) -> FileStatus:
        return self._once(("lstat", path), lambda: self._host.lstat(path))

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        return self._once(("rows", database, query), lambda: self._host.rows(database, query))

    def now(self) -> datetime:
        return self._host.now()

    def understood(self, collect: Callable[[Host], Answer]) -> Answer:
        """What facts share is understood once, too."""
        return self._once(("understood", collect), lambda: collect(self))

    def _once(self, question: object, ask: Callable[[], Answer]) -> Answer:
        if question not in self._answers:
            answer = _asked(ask)
            if isinstance(answer, str) and len(answer) > KEPT_CHARACTERS:
                return answer
            self._answers[question] = answer
        known = self._answers[question]
        if isinstance(known, UnreadableFactError | SubjectAbsentError):
            raise known.with_traceback(None)  # it is raised often, and must not grow
        return cast("Answer", known)


def _asked(ask: Callable[[], Answer]) -> Answer | UnreadableFactError | SubjectAbsentError:
    try:
        return ask()
    except (UnreadableFactError, SubjectAbsentError) as error:
        return error
