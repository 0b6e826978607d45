"""What is known around the changes that wait: read at the edge, so that judging them is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.integrity.events.covering import Approved
from agent.integrity.noise.packages.state import NO_PACKAGES, Packages
from agent.integrity.noise.questions import Question
from agent.integrity.ransom.canary import Canary


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of the very content that was seen has found."""

    md5: str = ""
    head: bytes = b""  # the first bytes
    target: bytes = b""  # of a symbolic link
    # of what is inside (a compressed log is unpacked): length -> SHA-256 of so much of it
    prefixes: Mapping[int, bytes] = field(default_factory=dict)


Readings = Mapping[Question, Reading | None]


@dataclass(frozen=True, slots=True)
class StormMemory:
    """How many changes each process or folder has had told one by one in this minute."""

    minute: int = 0
    told: Mapping[tuple[object, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """`readings`: None is a content that cannot be read any more; a missing one is still unread."""

    now: datetime
    packages: Packages = NO_PACKAGES
    readings: Readings = field(default_factory=dict)
    log_patterns: tuple[str, ...] = ()  # of logrotate's own configuration
    storms: StormMemory = StormMemory()
    approvals: Sequence[Approved] = ()  # of what may come to be told behind them
    canaries: Mapping[bytes, Canary] = field(default_factory=dict)  # by path, dropped ones too
