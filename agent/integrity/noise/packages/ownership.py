"""Whose file each path is: dpkg's lists, what was diverted, what /usr has taken in. Pure."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.integrity.noise.packages.state import Owned


@dataclass(frozen=True, slots=True)
class Listed:
    """What dpkg lists of one package; `sums` with those of its configuration files."""

    name: str
    paths: tuple[str, ...]
    sums: Mapping[str, str]


def owned_paths(
    packages: Iterable[Listed],
    diversions: Mapping[str, tuple[str, str]],
    merged: frozenset[str],
    root: bytes,
) -> dict[bytes, Owned]:
    """Every path of these packages as this host names it.

    Args:
        packages: what dpkg lists.
        diversions: path -> where another package's file lies instead, and who diverts.
        merged: top folders that are links into /usr.
        root: what stands before every path.
    """
    found: dict[bytes, Owned] = {}
    for package in packages:
        for path in package.paths:
            target, diverter = diversions.get(path, (path, ""))
            diverted = bool(diverter) and diverter != package.name.partition(":")[0]
            place = target if diverted else path
            found[path_of(_in_usr(place, merged), root)] = Owned(
                package.name, package.sums.get(path, "")
            )
    return found


def path_of(path: str, root: bytes) -> bytes:
    return root + os.fsencode(path)


def _in_usr(path: str, merged: frozenset[str]) -> str:
    top = path[1:].partition("/")[0]
    return f"/usr{path}" if top in merged and len(path) > len(top) + 1 else path
