"""Files that are read together from several folders, as the programs of a system do it.

All are read in the order of their names; a name in a stronger folder hides its namesakes.
Source: sysctl.d(5), modprobe.d(5), systemd.syntax(7), agetty(8).
"""

from collections.abc import Sequence

from agent.host import Host, list_if_present, read_if_present


def texts_in(host: Host, folders: Sequence[str], ending: str = ".conf") -> list[str]:
    """The texts in the order in which they are read; `folders` stand from strong to weak."""
    places: dict[str, str] = {}
    for folder in folders:
        for name in list_if_present(host, folder):
            if name.endswith(ending) and not name.startswith("."):
                places.setdefault(name, f"{folder}/{name}")
    return [read_if_present(host, places[name]) or "" for name in sorted(places)]
