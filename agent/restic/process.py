"""One running restic: its output line by line or as bytes, its end by time or by wish."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_STDERR_KEPT_BYTES = 256 * 1024
_DRAINED_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Grace:
    """How long restic may take to end after each signal, in seconds."""

    interrupt_s: float = 30.0
    terminate_s: float = 10.0


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why we did not wait for its end."""

    says: str
    site_at_fault: bool = True
    was_there: bool = False  # the site had answered before


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of restic ended."""

    exit_code: int
    stderr: str
    given_up: GivenUp | None = None
    had_enough: bool = False  # we ended it ourselves: what was wanted of it is done


class Child:
    """Guards one process: it has its own session, an empty input, and ends before we go on."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, grace: Grace
    ) -> None:
        self._grace = grace
        self._given_up: GivenUp | None = None
        self._had_enough = False
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `finish`
        try:
            self._process = subprocess.Popen(
                argv,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                start_new_session=True,
            )
        except BaseException:
            self._stderr.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdout(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise AssertionError("stdout is always a pipe")
        return self._process.stdout

    def give_up(self, why: GivenUp, grace: Grace | None = None) -> None:
        """Its time is over, or it gets nowhere."""
        self._given_up = self._given_up or why
        self.stop(grace)

    def end_early(self) -> None:
        """What was wanted of it is done."""
        self._had_enough = True
        self.stop()

    def words_so_far(self) -> str:
        """The first of its words, while it still runs."""
        return os.pread(self._stderr.fileno(), _STDERR_KEPT_BYTES, 0).decode(errors="replace")

    def stop(self, grace: Grace | None = None) -> None:
        """SIGINT lets restic remove its lock; SIGTERM and SIGKILL may leave it behind.

        SIGINT is for restic alone: it needs its ssh to remove the lock.
        """
        grace = grace or self._grace
        for number, wait_s in (
            (signal.SIGINT, grace.interrupt_s),
            (signal.SIGTERM, grace.terminate_s),
            (signal.SIGKILL, None),
        ):
            if self._process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                self._send(number)
                os.killpg(self._process.pid, signal.SIGCONT)  # one that was stopped hears nothing
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(wait_s)

    def _send(self, number: signal.Signals) -> None:
        if number is signal.SIGINT:
            os.kill(self._process.pid, number)
        else:
            os.killpg(self._process.pid, number)

    def finish(self) -> Ended:
        """Wait for its end and take its last words."""
        while self.stdout.read(_DRAINED_BYTES):  # a full pipe would keep it from ending
            continue
        self.stdout.close()
        exit_code = self._process.wait()
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _STDERR_KEPT_BYTES))
        words = self._stderr.read().decode(errors="replace")
        self._stderr.close()
        return Ended(exit_code, words, self._given_up, self._had_enough)


class Stopper:
    """Guards the children of one task, so that all of them end when the task is given up."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._children: set[Child] = set()
        self.stopped = False

    @contextlib.contextmanager
    def watching(self, child: Child) -> Iterator[None]:
        with self._guard:
            self._children.add(child)
            too_late = self.stopped
        try:
            if too_late:
                child.stop()
            yield
        finally:
            with self._guard:
                self._children.discard(child)

    def stop_all(self) -> None:
        with self._guard:
            self.stopped = True
            children = tuple(self._children)
        for child in children:
            child.stop()


@contextlib.contextmanager
def bounded(child: Child, timeout_s: float) -> Iterator[None]:
    """Whatever happens inside the block, the child has ended when the block ends."""
    why = GivenUp(f"no end after {timeout_s:.0f} s")
    timer = threading.Timer(timeout_s, child.give_up, (why,))
    timer.daemon = True
    timer.start()
    try:
        yield
    except BaseException:
        child.stop()
        child.finish()
        raise
    finally:
        timer.cancel()
