"""The watching process as the daemon's child: started, restarted with growing pauses, ended.

It is no job: it never ends by itself, and a new configuration need not wait for it.
"""

import logging
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agent.daemon.app import App
from agent.daemon.children import agent_command, start
from agent.daemon.nudged import NudgedSending
from agent.daemon.restarts import Restarts, ends_file

WORDS = ("integrity", "watch", "--nudge")
_GRACE_S = (10.0, 5.0)  # after SIGTERM, SIGKILL
_READ = 4096
_LOOK_EVERY_S = 1.0
log = logging.getLogger("lachan.agent")


@contextmanager
def watching(app: App) -> Iterator[None]:
    """Inside the block files are watched, where the configuration wants that."""
    if not app.config.integrity:
        yield
        return
    sending = NudgedSending(app)
    restarts = Restarts(ends_file(app.home), app.clock)
    child = WatchChild(agent_command(app.home, WORDS), sending.nudge, restarts)
    sending.start()
    child.start()
    try:
        yield
    finally:
        child.stop()
        sending.stop()


class WatchChild:
    """One thread that keeps the process alive; each byte that it writes is a nudge."""

    def __init__(
        self,
        argv: Sequence[str],
        nudged: Callable[[], None],
        restarts: Restarts,
        grace_s: tuple[float, float] = _GRACE_S,
    ) -> None:
        self._argv = tuple(argv)
        self._nudged = nudged
        self._restarts = restarts
        self._grace_s = grace_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name="watching", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self._stopping.set()
        self._thread.join(sum(self._grace_s) + _LOOK_EVERY_S)

    @property
    def alive(self) -> bool:
        """Whether the process, or whoever would start it again, is there."""
        return self._thread.is_alive()

    def _keep_alive(self) -> None:
        while not self._stopping.is_set():
            self._restarts.began()
            code = self._run_once()
            if self._stopping.is_set():
                return
            pause_s = self._restarts.ended(code)
            log.warning("the watching of files ended (%s); again in %.0f s", code, pause_s)
            self._stopping.wait(pause_s)

    def _run_once(self) -> int:
        child = start(self._argv, subprocess.PIPE)
        assert child.stdout  # noqa: S101 - asked for above
        try:
            self._listen(child.stdout.fileno())
            return self._end(child) if self._stopping.is_set() else child.wait()
        finally:
            child.stdout.close()

    def _listen(self, pipe: int) -> None:
        """Until it has closed its end, or we are to stop."""
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while not self._stopping.is_set():
            if not poll.poll(int(_LOOK_EVERY_S * 1000)):
                continue
            if not os.read(pipe, _READ):
                return
            self._nudged()

    def _end(self, child: "subprocess.Popen[bytes]") -> int:
        for sign, grace_s in zip((signal.SIGTERM, signal.SIGKILL), self._grace_s, strict=True):
            child.send_signal(sign)
            try:
                return child.wait(grace_s)
            except subprocess.TimeoutExpired:
                continue
        return child.wait()
