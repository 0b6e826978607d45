"""Our own commands as child processes: a long job can be stopped, and its memory goes with it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from agent.config.home import Home, home_at

GRACE_S = (15.0, 5.0, 5.0)  # after SIGINT, SIGTERM, SIGKILL
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def agent_command(home: Home, words: Sequence[str]) -> list[str]:
    """The command line of one of our commands on the same home."""
    place = [] if home == home_at(None) else ["--home", str(home.config_dir)]
    return [sys.executable, "-I", "-m", "agent.cli", *place, *words]


@dataclass(slots=True)
class Children:
    """The daemon's running child processes."""

    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, argv: Sequence[str]) -> int:
        """Run to the end and return the exit code; after `stop_all` nothing starts any more."""
        with self._guard:
            if self._stopping.is_set():
                return -signal.SIGINT
            child = start(argv)
            self._running.add(child)
        try:
            return child.wait()
        finally:
            with self._guard:
                self._running.discard(child)

    def count(self) -> int:
        with self._guard:
            return len(self._running)

    def stop_all(self, grace_s: Sequence[float] = GRACE_S) -> None:
        """Ask, then demand, then kill: each child with everything that it has started."""
        self._stopping.set()
        with self._guard:
            children = tuple(self._running)
        for sign, patience_s in zip(_SIGNALS, grace_s, strict=True):
            for child in children:
                _send(child, sign)
            if _all_ended(children, patience_s):
                break
        for child in children:  # what a dead child has left behind in its group
            _send_group(child.pid, signal.SIGKILL)


def start(argv: Sequence[str], stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """A session of its own: a Ctrl-C at the terminal reaches it through us, once."""
    environment = {key: text for key, text in os.environ.items() if key != "NOTIFY_SOCKET"}
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        env=environment,
        cwd=Path("/"),
        start_new_session=True,
    )


def _send(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """SIGINT to the command alone: it knows best how to end what it has started."""
    if child.poll() is not None:
        return
    if sign is signal.SIGINT:
        child.send_signal(sign)
    else:
        _send_group(child.pid, sign)


def _send_group(group: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has ended since we looked
        os.killpg(group, sign)


def _all_ended(children: Sequence[subprocess.Popen[bytes]], patience_s: float) -> bool:
    for child in children:
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            return False
    return True
