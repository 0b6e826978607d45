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
from agent.daemon.pipe_words import EVIDENCE
from agent.daemon.restarts import Restarts, ends_file
from agent.daemon.watched_now import last_mark
from wire.errors import LachanError

WORDS = ("integrity", "watch", "--nudge")
_GRACE_S = (10.0, 5.0)  # after SIGTERM, SIGKILL
_SILENT_S = 300.0  # it says every few seconds that it lives; a file server may hold it for ever
_READ = 4096
_LOOK_EVERY_S = 1.0
log = logging.getLogger("lachan.agent")


@contextmanager
def watching(app: App) -> Iterator[None]:
    """Inside the block files are watched, where the configuration wants that."""
    if not app.config.integrity:
        _say_what_ended(app)
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


def _say_what_ended(app: App) -> None:
    """Nothing is watched: if anything was until now, that is said. Loaded only then."""
    mark = last_mark(app)
    if mark is None or not mark.roots:
        return
    from agent.daemon.work.integrity.live_over import tell_over

    try:
        tell_over(app, mark)
    except LachanError as error:
        log.warning("%s", error)


class WatchChild:
    """One thread that keeps the process alive; some of the bytes that it writes are a nudge."""

    def __init__(
        self,
        argv: Sequence[str],
        nudged: Callable[[], None],
        restarts: Restarts,
        grace_s: tuple[float, float] = _GRACE_S,
        silent_s: float = _SILENT_S,
    ) -> None:
        self._argv = tuple(argv)
        self._nudged = nudged
        self._restarts = restarts
        self._grace_s = grace_s
        self._most_silent = silent_s / _LOOK_EVERY_S
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
            gone = self._listen(child.stdout.fileno())
            return child.wait() if gone else self._end(child)
        finally:
            child.stdout.close()

    def _listen(self, pipe: int) -> bool:
        """Until it has closed its end; False: until we are to stop, or it says nothing any more."""
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        silent = 0
        while not self._stopping.is_set():
            if not poll.poll(int(_LOOK_EVERY_S * 1000)):
                silent += 1
                if silent >= self._most_silent:
                    log.warning("the watching of files says nothing any more: it is ended")
                    return False
                continue
            said, silent = os.read(pipe, _READ), 0
            if not said:
                return True
            if EVIDENCE in said:
                self._nudged()
        return False

    def _end(self, child: "subprocess.Popen[bytes]") -> int:
        for sign, grace_s in zip((signal.SIGTERM, signal.SIGKILL), self._grace_s, strict=True):
            child.send_signal(sign)
            try:
                return child.wait(grace_s)
            except subprocess.TimeoutExpired:
                continue
        return child.wait()
