"""How often the watching process had to be started again, and how long to rest before: on disk.

So that `status` can say it, and a person does not take a watcher that dies all day for one that
watches.
"""

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from agent.clock import Clock
from agent.config.home import Home
from wire.errors import GOOD

_FIRST_S, _LAST_S = 1.0, 60.0
_LONG_LIFE_S = 600.0  # then the next rest is short again
OFTEN, WITHIN = 3, timedelta(hours=1)  # so many ends in so long are a fault
_KEPT = 20


class Ends(Struct, frozen=True):
    """The last times at which it ended without being asked."""

    at: tuple[datetime, ...] = ()
    code: int = 0  # of the last one; negative: the signal


class Restarts:
    """Guards the file and the growing rest."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._rest_s = _FIRST_S
        self._began_s = clock.monotonic()

    def began(self) -> None:
        self._began_s = self._clock.monotonic()

    def ended(self, code: int) -> float:
        """Note it, unless it ended well (somebody asked it to); return how many seconds to rest."""
        if self._clock.monotonic() - self._began_s >= _LONG_LIFE_S:
            self._rest_s = _FIRST_S
        rest_s, self._rest_s = self._rest_s, min(_LAST_S, self._rest_s * 2)
        if code == GOOD:
            return rest_s
        before = read_ends(self._file).at
        ends = Ends((*before, self._clock.now())[-_KEPT:], code)
        new = self._file.with_name(self._file.name + ".new")
        with contextlib.suppress(OSError):  # a full disk must not end the restarting
            new.write_bytes(msgspec.json.encode(ends))
            new.replace(self._file)
        return rest_s


def ends_file(home: Home) -> Path:
    return home.state_dir / "watching-ends.json"


def read_ends(file: Path) -> Ends:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Ends)
    except (OSError, msgspec.DecodeError):
        return Ends()


def too_often(ends: Ends, now: datetime) -> bool:
    """Whether it dies so often that it cannot be called watching."""
    return sum(timedelta() <= now - at < WITHIN for at in ends.at) >= OFTEN
