"""How a dataset's folders become the tree of a snapshot, and back.

One folder is saved from inside itself (one file from its folder), so that its parents are no part
of the tree: the tree then changes only when the data does, and is the same at both sites however
it got there. Several folders are saved by their absolute paths.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Where restic starts, what it is told to save, what is cut from live paths."""

    roots: tuple[Path, ...]

    @property
    def start(self) -> Path:
        if not self._alone:
            return Path("/")
        return self.roots[0].parent if self.roots[0].is_file() else self.roots[0]

    @property
    def arguments(self) -> tuple[str, ...]:
        if not self._alone:
            return tuple(str(root) for root in self.roots)
        return (self.roots[0].name,) if self.roots[0].is_file() else (".",)

    @property
    def prefix(self) -> bytes:
        """What a live path has in front of the path in the snapshot."""
        return os.fsencode(self.start).rstrip(b"/")

    @property
    def _alone(self) -> bool:
        return len(self.roots) == 1

    def in_snapshot(self, live: Path) -> str:
        """The path inside the snapshot of a live file or folder, which need not exist any more.

        Raises:
            ValueError: it is in none of the dataset's folders.
        """
        return self.inner(Path(os.path.realpath(live)))

    def inner(self, real: Path) -> str:
        """The path inside the snapshot of what really is called so; its last name may be a link.

        Raises:
            ValueError: it is in none of the dataset's folders.
        """
        for root in self.roots:
            if real == root or root in real.parents:
                inner = real.relative_to(root if self._alone else "/")
                return "/" if inner == Path() else f"/{inner}"
        raise ValueError(str(real))


def layout_of(paths: tuple[Path, ...]) -> Layout:
    """The layout of these folders; a folder that is named by a link is saved as what it is."""
    return Layout(tuple(sorted(Path(os.path.realpath(path)) for path in paths)))


def mount_of(path: Path) -> str:
    """The mount point that a path lies on."""
    place = Path(os.path.realpath(path))
    while not place.is_mount():
        place = place.parent
    return str(place)
