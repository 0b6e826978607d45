"""Which watched path a name belongs to, and whether it is left out there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.config.model import Watched
from agent.files.ignore import Ignore
from agent.files.names import path_bytes

_MOST_KNOWN = 4_000


@dataclass(frozen=True, slots=True)
class Root:
    """One watched path with its patterns."""

    path: bytes
    watched: Watched
    ignore: Ignore

    def holds(self, path: bytes) -> bool:
        return path == self.path or path.startswith(self.path + b"/")

    def hides(self, path: bytes) -> bool:
        """A root itself is never left out."""
        relative = path[len(self.path) + 1 :]
        return bool(relative) and self.ignore.hides(relative)


@dataclass(slots=True)
class Roots:
    """All watched paths, the longest first, and what was answered lately."""

    all: tuple[Root, ...]
    _known: dict[bytes, bool] = field(default_factory=dict)

    def of(self, path: bytes) -> Root | None:
        """The longest one that holds the path."""
        return next((root for root in self.all if root.holds(path)), None)

    def hidden(self, path: bytes) -> bool:
        """Whether nobody wants to know of it: in no watched path, or left out in the longest."""
        known = self._known.get(path)
        if known is None:
            root = self.of(path)
            known = root is None or root.hides(path)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[path] = known
        return known


def roots_of(watched: Sequence[Watched]) -> Roots:
    found = [Root(path_bytes(each.path), each, Ignore(each.ignore, each.only)) for each in watched]
    return Roots(tuple(sorted(found, key=lambda root: len(root.path), reverse=True)))
