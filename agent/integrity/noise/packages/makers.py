"""Who made a change, as package transactions know it: dpkg itself, what it started, or another.

A program counts by the place of its executable, never by its name: only root can put something
there, and whoever is root can do anything to dpkg's own records, too (docs/integrity.md).
"""

from collections.abc import Iterable
from enum import Enum, auto

from agent.integrity.who.record import Who

_DPKG = frozenset({"/usr/bin/dpkg"})
_UNPACKS = frozenset({"/usr/bin/dpkg-deb"})  # started by dpkg itself; anybody else may, too
_APT = frozenset({"/usr/bin/apt", "/usr/bin/apt-get", "/usr/bin/aptitude"})
_REPLACED = " (deleted)"  # what /proc says of a running program whose file was renewed


class Maker(Enum):
    """In the order of how far they are from dpkg."""

    DPKG = auto()  # unpacks, and removes
    SCRIPT = auto()  # started by dpkg: a maintainer's script, a trigger
    APT = auto()  # or something that it started
    UNKNOWN = auto()
    FOREIGN = auto()


def maker_of(makers: Iterable[Who | None]) -> Maker:
    """The strangest of all who touched a file."""
    return max((_maker(who) for who in makers), key=lambda maker: maker.value)


def _maker(who: Who | None) -> Maker:
    if who is None:
        return Maker.UNKNOWN
    if who.client_user or who.client_address:
        return Maker.FOREIGN
    if not any((who.exe, *who.parents)):  # a process that nobody could look at in time
        return Maker.UNKNOWN
    exe, *parents = (program.removesuffix(_REPLACED) for program in (who.exe, *who.parents))
    unpacks = exe in _UNPACKS and not _DPKG.isdisjoint(parents[:1])
    if exe in _DPKG or unpacks:
        return Maker.DPKG
    if not _DPKG.isdisjoint(parents):
        return Maker.SCRIPT
    return Maker.FOREIGN if _APT.isdisjoint((exe, *parents)) else Maker.APT
