"""Runs the demonstration as a user would, and watches what it starts and leaves."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
import pytest

ROOT = Path(__file__).parents[2]
_SAMPLE_S = 0.2
_END_S = 60


@dataclass
class Performance:
    """One demonstration: where it lives, what it said, who ran its programs."""

    home: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    seen: set[tuple[str, int]] = field(default_factory=set)  # program, effective user
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            self.seen |= {(name, user) for name, user, _ in processes_of(self.home)}

    def read_until(self, part: str) -> None:
        """Read what it says up to a line with this part, or to its end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if part and part in line:
                return

    def end(self, number: signal.Signals | None = None) -> int:
        """Wait for its end; a Ctrl-C reaches the whole group, as from a terminal."""
        if number is signal.SIGINT:
            os.killpg(self.process.pid, number)
        elif number is not None:
            self.process.send_signal(number)
        self.read_until("")
        code = self.process.wait(timeout=_END_S)
        self._over.set()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    @property
    def said(self) -> str:
        return "".join(self.lines)


class Ended(msgspec.Struct, frozen=True):
    """What is known of a demonstration when it is over."""

    code: int
    said: str
    seen: list[tuple[str, int]]  # program, effective user
    processes_left: list[str]
    files_left: list[str]
    folder: str
    folder_after: list[str]


def processes_of(home: Path) -> list[tuple[str, int, int]]:
    """Name, effective user and id of every process that has to do with this place."""
    found = []
    for process in psutil.process_iter():
        try:
            place = (*process.cmdline(), process.cwd())
            if any(str(home) in word for word in place):
                found.append((process.name(), process.uids().effective, process.pid))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it has ended, or is none of ours
    return found


def start(home: Path, *words: str) -> Performance:
    """Start it with its temporary files below `home`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", *words],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    performance = Performance(home, process)
    threading.Thread(target=performance.watch, daemon=True).start()
    return performance


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user may enter: started as root, the demonstration becomes nobody.

    Not pytest's own: that one lies in a folder which only its user may enter.
    """
    with tempfile.TemporaryDirectory(prefix="lachan-test.") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def folder(place: Path) -> Path:
    """A tiny folder of documents, readable by everybody."""
    made = place / "tài liệu"
    made.mkdir()
    for number in range(3):
        (made / f"công văn {number}.txt").write_text(f"Công văn số {number}\n" * 20)
    return made


@pytest.fixture(scope="module")
def ended(place: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The whole demonstration, to its summary; the processes of one test run share it."""
    shared = tmp_path_factory.getbasetemp().parent / "demo-ended.json"
    in_workers = "PYTEST_XDIST_WORKER" in os.environ
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (in_workers and shared.exists()):
            shared.write_bytes(msgspec.json.encode(_perform(place, folder)))
        return msgspec.json.decode(shared.read_bytes(), type=Ended)


def _perform(place: Path, folder: Path) -> Ended:
    home = place / "whole"
    home.mkdir()
    performance = start(home, str(folder), "--once", "--lang", "en")
    code = performance.end()
    return Ended(
        code=code,
        said=performance.said,
        seen=sorted(performance.seen),
        processes_left=[name for name, _, _ in processes_of(home)],
        files_left=[path.name for path in home.iterdir()],
        folder_after=sorted(path.name for path in folder.iterdir()),
        folder=str(folder),
    )
