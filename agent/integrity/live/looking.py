"""Looks at what was touched, when it has settled; whole trees that came, beside the others."""

import os
from collections.abc import Callable, Sequence

from agent.files.journal import Transition
from agent.files.nearby import LARGE_BYTES
from agent.files.record import Trouble
from agent.integrity.live.attribute import Touches
from agent.integrity.live.parts import Parts
from agent.integrity.live.roots import Roots
from agent.integrity.live.settling import Settling
from agent.integrity.live.touch import Kinds, Touch
from agent.integrity.live.trees import TreeLooks
from wire.errors import LachanError

_EVERY_S = 0.1  # each look is a write to the disk
_MOST = 1_000  # paths of one look
_HELD_BACK_S = 3.0  # at most, so that both names of a moved tree are found together
_FOREVER = float("inf")


class Looking:
    """Guards what waits for a look."""

    def __init__(
        self, parts: Parts, roots: Roots, touches: Touches, wake: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._touches = touches
        self._roots = roots
        self._settling = Settling()
        self._trees = TreeLooks(parts.open_ledger, roots.hidden, wake)
        self._moved: dict[bytes, tuple[bytes, ...]] = {}  # folder that came -> former names
        self._at_work: dict[tuple[bytes, ...], float] = {}  # looks at trees, since when
        self._not_before_s = 0.0

    @property
    def waiting(self) -> int:
        return len(self._settling) + len(self._at_work)

    def touched(self, touch: Touch, now_s: float) -> None:
        """It is to be looked at soon. A folder that moved is one look at all its names."""
        if touch.is_folder and touch.kinds & Kinds.MOVED_TO:
            self._take_moved(touch.path, touch.old_path)
        self._settling.touch(touch.path, touch.kinds, now_s)

    def _take_moved(self, path: bytes, old_path: bytes | None) -> None:
        """Also what was moved there before: nobody has looked at that name since."""
        former = dict.fromkeys(self._moved.get(path, ()))
        if old_path is not None:
            former |= dict.fromkeys((old_path, *self._moved.pop(old_path, ())))
        former.pop(path, None)
        for name in former:
            self._settling.drop(name)
        self._moved[path] = tuple(former)

    def next_s(self) -> float | None:
        due_s = self._settling.next_s()
        return None if due_s is None else max(due_s, self._not_before_s)

    def step(self, now_s: float) -> bool:
        """Look at what is due; whether anything was looked at.

        Raises:
            LachanError: it cannot be stored; it waits on.
        """
        looked = self._collect(now_s)
        due = self._settling.due(now_s, _MOST) if now_s >= self._not_before_s else []
        if due:
            self._not_before_s = now_s + _EVERY_S
            self._look(due, now_s)
        return looked or bool(due)

    def everything(self) -> None:
        """Look at all that waits, settled or not: the end has come. Large files are left out.

        Raises:
            LachanError: it cannot be stored; the next start finds it.
        """
        while due := self._settling.due(_FOREVER, _MOST):
            self._parts.ledger.look(due, self._roots.hidden)

    def holds_back(self, now_s: float) -> bool:
        """Whether a tree is being looked at under all its names."""
        return any(
            len(paths) > 1 and now_s - since_s < _HELD_BACK_S
            for paths, since_s in self._at_work.items()
        )

    def found(self, transitions: Sequence[Transition]) -> None:
        """What changed while it was read is looked at again."""
        now_s = self._parts.clock.monotonic()
        for one in transitions:
            if one.after is not None and one.after.trouble == Trouble.UNSTABLE:
                self._settling.again(one.after.path, now_s)

    def waits_for(self, path: bytes) -> bool:
        """Whether a look at it is still to come."""
        return path in self._settling or self._is_at_work(path)

    def forget(self, now_s: float) -> None:
        self._settling.forget_settled(now_s)

    def _look(self, due: list[bytes], now_s: float) -> None:
        quick = []
        for path in due:
            if self._is_at_work(path):
                self._settling.again(path, now_s)
            elif path in self._moved:
                self._want_tree((path, *self._moved.pop(path)), now_s)
            else:
                quick.append(path)
        if not quick:
            return
        self._touches.covered(quick)
        try:
            looked = self._parts.ledger.look(quick, self._roots.hidden)
        except LachanError:
            for path in quick:
                self._settling.again(path, now_s)
            raise
        if looked.later:
            for path in filter(is_large, quick):
                self._touches.keep(path)

    def _is_at_work(self, path: bytes) -> bool:
        return any(path in paths for paths in self._at_work)

    def _want_tree(self, paths: tuple[bytes, ...], now_s: float) -> None:
        self._at_work[paths] = now_s
        self._touches.covered(paths)
        for path in paths:
            self._touches.keep(path)
        self._trees.want(paths)

    def _collect(self, now_s: float) -> bool:
        error: LachanError | None = None
        all_done = list(self._trees.done())
        for done in all_done:
            begun_s = self._at_work.pop(done.paths, now_s)
            self._touches.release(done.paths)
            for path in done.paths:
                if done.error is not None:
                    self._settling.again(path, now_s)
                else:
                    self._settling.looked(path, now_s, now_s - begun_s)
            error = done.error or error
        if error is not None:
            raise error
        return bool(all_done)


def is_large(path: bytes) -> bool:
    """Whether the ledger reads it beside the others."""
    try:
        return os.lstat(path).st_size >= LARGE_BYTES
    except OSError:
        return False
