"""A repository made by hand, its janitor, and a clock to drive."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.sites.janitor.judge import Patience
from agent.sites.janitor.quarantine import MANIFEST
from agent.sites.janitor.run import Place, Settings, place_of, run
from agent.sites.janitor.status import FILE, Counts

KEY: dict[str, object] = {
    "created": "2026-11-22T06:00:00.123456789+07:00", "username": "root", "hostname": "fs-01",
    "kdf": "scrypt", "N": 32768, "r": 8, "p": 1,
    "salt": base64.b64encode(bytes(64)).decode(), "data": base64.b64encode(b"d" * 180).decode(),
}  # fmt: skip


def another_key(number: int) -> bytes:
    """A key that restic reads, tries, and passes over."""
    salt = base64.b64encode((number + 1).to_bytes(64)).decode()
    return json.dumps({**KEY, "salt": salt}).encode()


@dataclass
class DrivenClock:
    """Sleeping drives it; the wall can jump while the stopwatch goes on."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ran_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ran_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.go(seconds)

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ran_s += seconds


@dataclass
class Store:
    """One repository at a site."""

    repository: Path
    clock: DrivenClock = field(default_factory=DrivenClock)
    settings: Settings = field(default_factory=Settings)

    @property
    def place(self) -> Place:
        return place_of(self.repository)

    def look(self, patience: Patience | None = None) -> Counts:
        settings = Settings(patience) if patience else self.settings
        return run(self.place, self.clock, settings)

    def look_after(self, seconds: float) -> Counts:
        self.clock.go(seconds)
        return self.look()

    def add(self, kind: str, content: bytes | None = None, name: str = "") -> Path:
        """An object under its right name, or under another."""
        content = os.urandom(100) if content is None else content
        name = name or hashlib.sha256(content).hexdigest()
        folder = self.repository / kind / (name[:2] if kind == "data" else "")
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return folder / name

    def files(self) -> dict[str, bytes]:
        return {
            str(file.relative_to(self.repository)): file.read_bytes()
            for file in self.repository.rglob("*")
            if file.is_file() and not file.is_symlink()
        }

    def manifest_lines(self) -> list[dict[str, object]]:
        file = self.place.beside / "quarantine" / MANIFEST
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(raw) for raw in lines if raw.endswith("}")]

    def manifest(self) -> list[dict[str, object]]:
        """The newest line of each number."""
        return list({line["number"]: line for line in self.manifest_lines()}.values())

    def reasons(self) -> list[object]:
        return [line["reason"] for line in self.manifest() if line["outcome"] == "moved"]

    def status(self) -> dict[str, str]:
        text = (self.place.beside / FILE).read_text()
        return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


def new_store(folder: Path) -> Store:
    store = Store(folder / "store" / "FS-01")
    for name in ("data", "index", "keys", "locks", "snapshots"):
        (store.repository / name).mkdir(parents=True)
    (store.repository / "config").write_bytes(os.urandom(155))
    store.add("keys", json.dumps(KEY).encode())
    store.add("index")
    store.add("snapshots")
    for _ in range(3):
        store.add("data", os.urandom(5000))
    return store
