"""What the way to a site (ssh) said while restic ran.

restic forwards the words of the program that it talks through, but not always: when that program
ends at once, restic may end before it has read them. So ssh writes its own words into a file.
"""

from dataclasses import dataclass
from pathlib import Path

from agent.restic.environment import Repository

_LONGEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """A log and where its end was when restic started."""

    log: Path
    end: int


def places(*repositories: Repository | None) -> tuple[Place, ...]:
    """The logs of these repositories as they are now; one that has grown long begins anew."""
    return tuple(_place(each.transport_log) for each in repositories if each and each.transport_log)


def words_since(known: tuple[Place, ...]) -> str:
    """What was added since; another restic at the same site may have spoken there, too."""
    return "".join(_added(place) for place in known)


def _place(log: Path) -> Place:
    size = log.stat().st_size if log.exists() else 0
    if size > _LONGEST_BYTES:
        log.write_bytes(b"")
        size = 0
    return Place(log, size)


def _added(place: Place) -> str:
    if not place.log.exists():  # ssh was never started
        return ""
    with place.log.open("rb") as file:
        file.seek(place.end)
        return file.read(_LONGEST_BYTES).decode(errors="replace")
