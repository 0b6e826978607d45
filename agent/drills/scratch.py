"""The sealed folder of a drill: only its owner may enter, and it never outlives the drill.

After kill -9 the folder stays, with its marker; the next drill and the daemon's start remove it.
A link or a file under such a name was not made here: it goes itself, what it leads to stays.
"""

import json
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.clock import Clock
from agent.config.home import Home
from agent.drills.errors import ScratchError
from agent.restic.children import boot_id, start_ticks

if TYPE_CHECKING:
    import psutil

PREFIX = "drill-"
MARKER = "marker.json"
_STOP_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Sealed:
    """A drill's own folder and the places in it."""

    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def companion(self) -> Path:
        return self.folder / "companion"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"


def make(home: Home, drill_id: str, clock: Clock) -> Sealed:
    """A new sealed folder, with the marker that says whose it is.

    Raises:
        ScratchError: it cannot be made.
    """
    folder = home.scratch / f"{PREFIX}{drill_id}"
    try:
        home.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        marker = {
            "pid": os.getpid(),
            "ticks": start_ticks(os.getpid()),
            "boot_id": boot_id(),
            "since": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        }
        (folder / MARKER).write_text(json.dumps(marker))
        for part in ("tree", "companion", "cache"):
            (folder / part).mkdir(mode=0o700)
    except OSError as error:
        raise ScratchError(folder=str(folder), reason=error.strerror or "OSError") from error
    return Sealed(folder)


def remove(folder: Path) -> None:
    """Remove the folder with all that is in it, whatever modes a restore gave it.

    Raises:
        ScratchError: something of it cannot be removed.
    """
    try:
        if _is_folder(folder):
            _remove_tree(folder)
        else:
            folder.unlink()
    except OSError as error:
        raise ScratchError(folder=str(folder), reason=error.strerror or "OSError") from error


def _is_folder(place: Path) -> bool:
    """No link is one."""
    return stat.S_ISDIR(place.lstat().st_mode)


def _remove_tree(folder: Path) -> None:
    try:
        shutil.rmtree(folder)  # follows no link
    except PermissionError:
        open_up(folder)
        shutil.rmtree(folder)


def open_up(folder: Path) -> None:
    """Let ourselves into every folder of a restored tree, as only root could without this."""
    folder.chmod(stat.S_IRWXU)
    for place, names, _ in os.walk(folder):  # from the top: a folder is opened before it is read
        for name in names:
            inner = Path(place, name)
            if not inner.is_symlink():
                inner.chmod(stat.S_IRWXU)


def leftovers(home: Home) -> tuple[Path, ...]:
    """Sealed folders whose drill is gone: after kill -9, a crash or a power cut. For doctor too."""
    found = home.scratch.glob(f"{PREFIX}*") if home.scratch.is_dir() else ()
    return tuple(sorted(folder for folder in found if not _in_use(folder)))


def sweep(home: Home) -> int:
    """Stop what a dead drill left running, remove what it left lying; say how many folders.

    The caller holds the lock of drills.
    """
    left = leftovers(home)
    for folder in left:
        stop_orphans(folder)
        remove(folder)
    return len(left)


def _in_use(folder: Path) -> bool:
    """Whether the process of the marker lives; a marker that cannot be read is nobody's."""
    try:
        if not _is_folder(folder):
            return False
        marker = json.loads((folder / MARKER).read_text())
        return bool(
            marker["boot_id"] == boot_id() and start_ticks(int(marker["pid"])) == marker["ticks"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def stop_orphans(folder: Path) -> None:
    """End every restic that works for this folder though nobody waits for it any more."""
    import psutil

    orphans = [one for one in psutil.process_iter(["name"]) if _works_for(one, folder)]
    for process in orphans:
        process.terminate()
    _, alive = psutil.wait_procs(orphans, timeout=_STOP_WAIT_S)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=_STOP_WAIT_S)


def _works_for(process: "psutil.Process", folder: Path) -> bool:
    """A drill's restic keeps its cache in the sealed folder; nobody else's does."""
    import psutil

    if process.info["name"] != "restic":
        return False
    try:
        cache = process.environ().get("RESTIC_CACHE_DIR", "")
    except psutil.Error:  # it has ended, or is not ours
        return False
    return Path(cache).is_relative_to(folder)
