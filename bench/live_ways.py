"""One way of watching a tree, in a process of its own: seconds until it is ready, extra memory.

python -m bench.live_ways fanotify|inotify|watchdog FOLDER   prints seconds and bytes
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from agent.files.filesystems import mounts
from agent.files.names import path_bytes
from agent.integrity.live.fanotify import FanotifyWatcher
from agent.integrity.live.inotify import InotifyWatcher
from agent.integrity.live.places import find_places


def fanotify(folder: Path) -> object:
    watcher = FanotifyWatcher(lambda *_: None, time.time_ns, lambda *_: False)
    if watcher.watch(find_places((path_bytes(folder),), mounts())):
        raise SystemExit("fanotify is refused here: run as root")
    return watcher


def inotify(folder: Path) -> object:
    watcher = InotifyWatcher(time.time_ns, lambda _path: False)
    watcher.watch(find_places((path_bytes(folder),), mounts()))
    if not watcher.complete:
        raise SystemExit(f"only {watcher.folders} folders: raise fs.inotify.max_user_watches")
    return watcher


def watchdog(folder: Path) -> object:
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    observer = Observer()
    observer.schedule(FileSystemEventHandler(), str(folder), recursive=True)
    observer.start()
    return observer


WAYS: dict[str, Callable[[Path], object]] = {
    "fanotify": fanotify,
    "inotify": inotify,
    "watchdog": watchdog,
}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name == "watchdog":
        import watchdog.observers  # noqa: F401 - its import is not what is measured
    process = psutil.Process()
    before, begun = process.memory_info().rss, time.perf_counter()
    keep = WAYS[name](folder)
    ready_s = time.perf_counter() - begun
    print(ready_s, process.memory_info().rss - before, flush=True)
    del keep
    os._exit(0)  # watchdog's threads need minutes to end


if __name__ == "__main__":
    main()
