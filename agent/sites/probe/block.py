"""What stands behind a block device: a disk of this machine, or one that a network brings.

A NAS over iSCSI carries an ordinary file system on /dev/sdX: without this look its kernel
would pass for the server's own, and the server's NAS for its own disk.

Source: sysfs(5), /sys/dev/block, /sys/block/*/slaves, /sys/block/loop*/loop/backing_file.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from agent.sites.probe.machine import Mount

_BY_NAME = {"nbd": "nbd", "rbd": "rbd", "drbd": "drbd", "etherd": "aoe"}
_DEEPEST = 8


def behind(mount: Mount, root: Path) -> Mount:
    """The mount with the type of the network that brings its disk, if one does."""
    brought_by = next(
        (kind for device in _stack(root, mount.number) if (kind := _network(device))), None
    )
    return mount if brought_by is None else replace(mount, type=brought_by)


def _stack(root: Path, number: str) -> Iterator[Path]:
    """The device and all that it is made of (volumes, encryption), as folders of sysfs."""
    waiting = [(root / "sys/dev/block" / number, 0)]
    while waiting:
        device, depth = waiting.pop()
        try:
            folder = device.resolve(strict=True)
        except OSError:
            continue
        yield folder
        if depth < _DEEPEST:
            waiting += [(slave, depth + 1) for slave in (folder / "slaves").glob("*")]


def _network(device: Path) -> str | None:
    """The protocol by which a device comes; None: it is of this machine."""
    if any(re.fullmatch(r"session[0-9]+", part) for part in device.parts):
        return "iscsi"
    letters = re.match(r"[a-z]+", device.name)
    return _BY_NAME.get(letters[0]) if letters else None
