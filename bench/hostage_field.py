"""What an attack on files works on: a share, what it has taken so far, and when that is enough."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.integrity.who.record import Who
from bench.watched_share import Hand, Share
from tests.agent.integrity.ransom.forms import Source

ONE = Who(1000, 1000, 4711, "/usr/bin/python3", "python3 /dev/shm/.x/run.py")


class EnoughError(Exception):
    """The bench has seen enough: the verdict is there."""


@dataclass
class Field:
    """What an attack works on."""

    share: Share
    source: Source
    stop: Callable[[int], bool]  # after so many lost files: enough?
    lost: int = 0

    def hand(self, each_s: float = 0.05, who: Who | None = ONE) -> Hand:
        return Hand(self.share, who, each_s)

    def files(self) -> list[Path]:
        """As a walk gives them, without order."""
        found = [one for one in self.share.root.rglob("*") if one.is_file()]
        self.source.shuffle(found)
        return [one for one in found if one.stat().st_size > 0]

    def cipher(self, content: bytes) -> bytes:
        return self.source.randbytes(len(content) + 64)

    def one_lost(self) -> None:
        self.lost += 1
        if self.stop(self.lost):
            raise EnoughError
