"""The mounted file systems with the options that hold now."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

PATH = "/proc/self/mountinfo"
_OCTAL = re.compile(r"\\([0-7]{3})")
_FIELDS_BEFORE, _FIELDS_AFTER = 6, 3


@dataclass(frozen=True, slots=True)
class Mount:
    place: str
    kind: str
    device: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MountFacts:
    mounts: tuple[Mount, ...]

    def at(self, place: str) -> Mount | None:
        """What is seen there: the last one mounted hides the others."""
        found = [mount for mount in self.mounts if mount.place == place]
        return found[-1] if found else None

    def holding(self, place: str) -> Mount:
        """The mount in which a path lies."""
        path = place
        while path != "/":
            if (mount := self.at(path)) is not None:
                return mount
            path = path.rpartition("/")[0] or "/"
        if (root := self.at("/")) is not None:
            return root
        raise UnreadableFactError(PATH, "unparsable", f"no mount holds {place}")


def collect(host: Host) -> MountFacts:
    return parse(host.read(PATH))


def parse(text: str) -> MountFacts:
    """Source: proc(5), mountinfo: optional fields end with a lone hyphen."""
    mounts = []
    for line in text.splitlines():
        before, hyphen, after = line.partition(" - ")
        first, last = before.split(" "), after.split(" ")
        if not hyphen or len(first) < _FIELDS_BEFORE or len(last) < _FIELDS_AFTER:
            raise UnreadableFactError(PATH, "unparsable")
        options = tuple(first[5].split(","))
        mounts.append(Mount(_plain(first[4]), last[0], _plain(last[1]), options))
    if not mounts:
        raise UnreadableFactError(PATH, "empty")
    return MountFacts(tuple(mounts))


def _plain(field: str) -> str:
    return _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), field)
