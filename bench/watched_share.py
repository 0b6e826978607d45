"""A watched folder for the measure of attacks: hands work in it, its changes go to the guard.

Real files, the real ledger with its journal, the real joining of changes with touches, the real
judge; simulated are the clock and the kernel's hints, so that sixty days pass in minutes.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.config.home import home_at
from agent.config.model import Watched
from agent.files.ledger import open_ledger
from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.roots import roots_of
from agent.integrity.live.touch import Kinds, Touch
from agent.integrity.ransom.guard import Guard
from agent.integrity.ransom.judge import Judge
from agent.integrity.ransom.suspicion import Suspicion
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who
from tests.agent.integrity.ransom.forms import FORMS, Source, seeded

SETTLE_S = 0.3  # hints that come together are looked at together
FOLDERS = (
    "Khoa Nội/Bệnh án 2025",
    "Khoa Nội/Hội chẩn",
    "Khoa Ngoại/Phẫu thuật",
    "Phòng Kế hoạch/Báo cáo tháng",
    "Phòng Tài vụ/Viện phí",
    "Chẩn đoán hình ảnh/CT",
    "Chẩn đoán hình ảnh/Siêu âm",
    "Xét nghiệm/Máy XN-1000",
    "Dùng chung",
    "zz lưu trữ",
)
_SHARE_OF = {  # of a hospital's files, by extension
    "docx": 24,
    "pdf": 18,
    "jpg": 14,
    "doc": 8,
    "txt": 10,
    "dcm": 6,
    "dcmz": 6,
    "png": 5,
    "lab": 4,
    "gz": 2,
    "db": 2,
    "mp4": 1,
}


class SimulatedClock:
    """Goes as it is told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def fill(root: Path, files: int, source: Source) -> None:
    """A hospital's share: as many files, most of them small."""
    for number in range(files):
        extension = source.choices(tuple(_SHARE_OF), tuple(_SHARE_OF.values()))[0]
        folder = root / source.choice(FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        size = int(min(2_000_000, source.lognormvariate(10.2, 1.2)))
        name = (
            f"{source.choice(('bao cao', 'phieu', 'ho so', 'danh sach'))} {number:05}.{extension}"
        )
        (folder / name).write_bytes(FORMS[extension][1](source, max(size, 600)))


@dataclass
class Share:
    """Guards the folder, what watches it, and what was concluded."""

    root: Path
    state: Path
    canaries: frozenset[bytes] = frozenset()
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    hear: Callable[[tuple[Seen, ...]], None] = lambda _seen: None
    concluded: list[Suspicion] = field(default_factory=list)
    changes: int = 0
    judged_s: float = 0.0  # processor time of reading and judging alone

    def __post_init__(self) -> None:
        self._open = ExitStack()
        self._ledger = self._open.enter_context(open_ledger(home_at(self.state), self.clock))
        self._watched = Watched(path=self.root)
        self._roots = roots_of([self._watched])
        self._touches = Touches()
        self._touched: set[bytes] = set()
        self._settled = self.clock.monotonic()
        self._journal = 0
        self._ids = 0
        self.guard = Guard(self._judge_of, self.clock, seeded(3).randbytes)
        self._ledger.watch([self.root])
        self._ledger.refresh(self.root)

    def close(self) -> None:
        self._open.close()

    def touch(self, path: Path, kinds: Kinds, who: Who | None, old: Path | None = None) -> None:
        at_ns = int(self.clock.now().timestamp() * 1e9)
        for one, other, kind in ((path, old, kinds), (old, None, Kinds.MOVED_FROM)):
            if one is not None:
                name = os.fsencode(one)
                before = None if other is None else os.fsencode(other)
                self._touched.add(name)
                pid = who.pid if who else 0
                touch = Touch(name, at_ns, kind, pid, who, is_folder=False, old_path=before)
                self._touches.remember(touch, self.clock.monotonic())

    def pass_by(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        if self.clock.monotonic() - self._settled >= SETTLE_S:
            self.settle()

    def settle(self) -> None:
        """Look at what was touched, and give what was found to the guard."""
        self._settled = self.clock.monotonic()
        if not self._touched:
            return
        touched, self._touched = self._touched, set()
        self._touches.covered(touched)
        self._ledger.look(touched, lambda _path: False)
        found = self._ledger.transitions(self._journal, 1_000_000)
        if not found:
            return
        self._journal = found[-1].number
        self._ledger.forget_transitions(self._journal)
        seen = seen_of(found, self._touches, self._roots, {})
        self._touches.told()
        self.changes += len(seen)
        self.hear(seen)
        begun_s = time.process_time()
        self.concluded += self.guard.take(seen)
        self.judged_s += time.process_time() - begun_s

    def _judge_of(self, watched: bytes) -> Judge:
        return Judge(watched, self._new_id, self.canaries)

    def _new_id(self) -> str:
        self._ids += 1
        return f"suspicion-{self._ids}"


@dataclass(frozen=True)
class Hand:
    """One process at work in the share: each act takes its time."""

    share: Share
    who: Who | None
    each_s: float = 0.05

    def write(self, path: Path, content: bytes) -> None:
        """A new file, or the same one with other content."""
        kinds = Kinds.WRITTEN | Kinds.CLOSED | (Kinds(0) if path.exists() else Kinds.CREATED)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "wb") as stream:
            stream.truncate(0)
            stream.write(content)
        self._done(path, kinds)

    def patch(self, path: Path, pieces: dict[int, bytes]) -> None:
        """Overwrite stretches of it."""
        with path.open("r+b") as stream:
            for offset, piece in pieces.items():
                stream.seek(offset)
                stream.write(piece)
        self._done(path, Kinds.WRITTEN | Kinds.CLOSED)

    def save(self, path: Path, content: bytes) -> None:
        """As an office program does: beside it, then in its place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".~{path.name}.tmp")
        beside.write_bytes(content)
        beside.rename(path)
        self._done(path, Kinds.MOVED_TO | Kinds.WRITTEN | Kinds.CLOSED)

    def rename(self, old: Path, new: Path) -> None:
        new.parent.mkdir(parents=True, exist_ok=True)
        files = [one for one in old.rglob("*") if one.is_file()] if old.is_dir() else [old]
        old.rename(new)
        for file in files:
            self.share.touch(new / file.relative_to(old), Kinds.MOVED_TO, self.who, file)
        self.share.pass_by(self.each_s)

    def remove(self, path: Path) -> None:
        path.unlink()
        self._done(path, Kinds.DELETED)

    def remove_tree(self, folder: Path) -> None:
        files = [one for one in folder.rglob("*") if one.is_file()]
        shutil.rmtree(folder)
        for file in files:
            self.share.touch(file, Kinds.DELETED, self.who)
        self.share.pass_by(self.each_s)

    def touched(self, path: Path) -> None:
        self._done(path, Kinds.ATTRIBUTES)

    def _done(self, path: Path, kinds: Kinds) -> None:
        self.share.touch(path, kinds, self.who)
        self.share.pass_by(self.each_s)
