"""Where a path of another machine really lies below its root: links never lead out of it."""

from collections.abc import Sequence
from pathlib import Path

from agent.errors import UnreadableFactError

LINK_LIMIT = 40  # as the kernel's own, path_resolution(7)
_RUNNING = ("proc", "sys", "run")  # what is there is of the machine that looks, or of nobody


def below(root: Path, path: str) -> Path:
    """The place of `path`, its links followed as that machine itself would.

    Raises:
        UnreadableFactError: only the running system knows what is there, or links do not end.
    """
    place, links = root, 0
    waiting = [part for part in reversed(path.split("/")) if part]
    while waiting:
        part = waiting.pop()
        if place == root and part in _RUNNING:
            raise UnreadableFactError(path, _of_running((part, *reversed(waiting))))
        if part == "..":
            place = place.parent if place != root else place
        elif part != "." and not (place / part).is_symlink():
            place /= part
        elif part != ".":
            links += 1
            if links > LINK_LIMIT:
                raise UnreadableFactError(path, "failed", "too many links")
            target = str((place / part).readlink())
            place = root if target.startswith("/") else place
            waiting.extend(step for step in reversed(target.split("/")) if step)
    return place


def _of_running(parts: Sequence[str]) -> str:
    """Drop-in folders below /run die with the running system: one that rests has none."""
    dropped = parts[0] == "run" and any(part.endswith(".d") for part in parts)
    return "missing" if dropped else "other_root"
