"""restic's verbs that take away: forget, first as a dry run, and prune. And who has a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from agent.restic.door import LONG_S, SHORT_S, Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_AT_ONCE = 200  # ids in one command line


class _Named(Struct, frozen=True):
    id: str


class _Group(Struct, frozen=True):
    keep: tuple[_Named, ...] | None = None
    remove: tuple[_Named, ...] | None = None


class Key(Struct, frozen=True):
    """A key that opens the repository; up to 0.16 restic tells 8 digits of its id."""

    id: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What restic would keep and remove."""

    keep: frozenset[str]
    remove: frozenset[str]


def dry_run(restic: Restic, tags: Sequence[str], spans: Mapping[str, str]) -> Judged:
    """What the rules would do to the snapshots with all these tags; nothing is changed.

    Without groups: a host or a folder that is called otherwise now begins no new one.

    Args:
        restic: at the site.
        tags: that a snapshot must all have.
        spans: `within_daily` and the like -> how long; empty ones do not count.

    Raises:
        ResticError: it could not be asked, or does not say it.
    """
    rules = [
        word
        for name, length in spans.items()
        if length
        for word in (f"--keep-{name.replace('_', '-')}", length)
    ]
    words = ("--dry-run", "--no-lock", "--json", "--group-by", "", "--tag", ",".join(tags))
    answer = restic.run(Job(("forget", *words, *rules)))
    groups = _groups(restic, answer)
    keep = [one.id for group in groups for one in group.keep or ()]
    remove = [one.id for group in groups for one in group.remove or ()]
    return Judged(frozenset(keep), frozenset(remove))


def _groups(restic: Restic, answer: bytes) -> list[_Group]:
    for line in answer.splitlines():
        if line.startswith((b"[", b"null")):
            try:
                return msgspec.json.decode(line, type=list[_Group] | None) or []
            except msgspec.MsgspecError:
                break
    raise _unreadable(restic, "forget")


def forget(restic: Restic, ids: Sequence[str]) -> None:
    """Remove these snapshots, by their full ids. What came of it is read at the site afterwards.

    Raises:
        ResticError: restic ended badly; some may be gone.
    """
    for start in range(0, len(ids), _AT_ONCE):
        restic.run(Job(("forget", *ids[start : start + _AT_ONCE]), timeout_s=LONG_S))


def prune(restic: Restic, repack_bytes: int) -> None:
    """Free the space of what no snapshot refers to any more.

    Args:
        restic: at the site.
        repack_bytes: how much that is still needed may be written anew meanwhile.

    Raises:
        ResticError: it did not work; restic can be asked again.
    """
    kib = str(repack_bytes // 1024) + "K"
    restic.run(Job(("prune", "--max-repack-size", kib), timeout_s=LONG_S))


def keys(restic: Restic) -> tuple[Key, ...]:
    """Every key that opens the repository.

    Raises:
        ResticError: they cannot be listed.
    """
    answer = restic.run(Job(("key", "list", "--json"), timeout_s=SHORT_S))
    for line in answer.splitlines():
        if line.startswith(b"["):
            try:
                return tuple(msgspec.json.decode(line, type=list[Key]))
            except msgspec.MsgspecError:
                break
    raise _unreadable(restic, "key list")


def _unreadable(restic: Restic, verb: str) -> ResticError:
    return ResticError(
        Cause.RESTIC_FAILED, site=restic.site, verb=verb, says="its answer cannot be read"
    )
