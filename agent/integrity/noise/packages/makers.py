"""Who made a change, as package transactions know it: dpkg itself, what it started, or another.

A program counts by the place of its executable, never by its name: only root can put something
there, and whoever is root can do anything to dpkg's own records, too (docs/integrity.md).
"""

import itertools
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from agent.integrity.who.record import Who

_DPKG = frozenset({"/usr/bin/dpkg"})
_UNPACKER = "/usr/bin/dpkg-deb"  # anybody may start it
_UNPACKS = frozenset({_UNPACKER, "/usr/bin/tar"})
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
    chain = [program.removesuffix(_REPLACED) for program in (who.exe, *who.parents)]
    if _is_dpkg(chain):
        return Maker.DPKG
    if not _DPKG.isdisjoint(chain):
        return Maker.SCRIPT
    return Maker.FOREIGN if _APT.isdisjoint(chain) else Maker.APT


def _is_dpkg(chain: Sequence[str]) -> bool:
    """Itself, or what it starts to unpack: `dpkg-deb`, which starts `tar`; nothing in between."""
    above = list(itertools.dropwhile(_UNPACKS.__contains__, chain))
    below = chain[: len(chain) - len(above)]
    return bool(above) and above[0] in _DPKG and (not below or below[-1] == _UNPACKER)
