"""A file of ours under a watched path, and which changes of it are our own doing. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from agent.integrity.change import Change, Kind


class Canary(NamedTuple):
    """As we made it; `dropped` once it is ours no more, and may have been removed by us."""

    path: bytes
    watched: bytes
    sha256: bytes
    dropped: bool = False


def is_ours(change: Change, canaries: Mapping[bytes, Canary]) -> bool:
    """Whether we made or removed it ourselves: no change that anybody must explain."""
    canary = canaries.get(change.path)
    if canary is None:
        return False
    if change.kind is Kind.ADDED:
        return change.after is not None and change.after.sha256 == canary.sha256
    gone = change.kind is Kind.REMOVED and canary.dropped and change.before is not None
    return gone and change.before is not None and change.before.sha256 == canary.sha256
