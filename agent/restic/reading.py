"""restic's verbs that only look: cat config, snapshots, ls, restore, dump."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from agent.restic import output, traffic
from agent.restic.door import LONG_S, Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause


def config(restic: Restic) -> output.RepositoryConfig:
    """Ask the repository who it is; this is also the proof that it exists and opens."""
    answer = restic.run(Job(("cat", "config")))
    try:
        return msgspec.json.decode(answer, type=output.RepositoryConfig)
    except msgspec.MsgspecError as error:
        raise _unreadable(restic, "cat config") from error


def snapshots(restic: Restic, ids: Sequence[str] = ()) -> tuple[output.Snapshot, ...]:
    """The snapshots of these ids, or all; an id that is not there is simply not in the answer.

    The site itself answers, not our cache: this is how what was written is read back.
    """
    found = output.snapshots(restic.run(Job(("snapshots", "--json", "--no-cache", *ids))))
    if found is None:
        raise _unreadable(restic, "snapshots")
    return found


def snapshot(restic: Restic, snapshot_id: str) -> output.Snapshot:
    """Exactly one snapshot, by its full or unambiguous short id.

    Raises:
        ResticError: it is not there (NOT_READ_BACK).
    """
    found = [one for one in snapshots(restic, (snapshot_id,)) if one.id.startswith(snapshot_id)]
    if len(found) != 1:
        raise ResticError(
            Cause.NOT_READ_BACK, site=restic.site, verb="snapshots", says=f"{len(found)} answers"
        )
    return found[0]


@contextlib.contextmanager
def listed(
    restic: Restic, snapshot_id: str, path: bytes = b"/"
) -> Iterator[tuple[output.Snapshot, Iterator[output.Node]]]:
    """A snapshot, and every entry at and below a path; leaving the block early ends the listing.

    Its names never leave the facility. A path that is not there gives no entries.

    Raises:
        ResticError: it is not there, or cannot be listed.
    """
    only = () if path == b"/" else ("--recursive", os.fsdecode(path))
    job = Job(("ls", "--json", snapshot_id, *only), timeout_s=LONG_S)
    with contextlib.closing(restic.lines(job)) as lines:
        for line in lines:
            head = output.listed_snapshot(line)
            if head is not None:
                yield head, output.nodes(lines)
                return
    raise ResticError(Cause.NOT_READ_BACK, site=restic.site, verb="ls", says="no answer")


def find(
    restic: Restic, ids: Sequence[str], pattern: str
) -> tuple[tuple[str, tuple[output.Node, ...]], ...]:
    """The entries whose path fits, for each snapshot that has any, by its full id.

    Raises:
        ResticError: it could not look everywhere.
    """
    named = [word for snapshot_id in ids for word in ("--snapshot", snapshot_id)]
    found = output.finds(
        restic.run(Job(("find", "--json", *named, "--", pattern), timeout_s=LONG_S))
    )
    if found is None:
        raise _unreadable(restic, "find")
    return tuple((each.snapshot, each.matches) for each in found)


def restore(
    restic: Restic,
    snapshot_id: str,
    target: Path,
    *,
    include: Sequence[str] = (),
    options: Sequence[str] = (),
    on_bytes: traffic.OnBytes = traffic.ignore,
) -> None:
    """Write a snapshot, or parts of it, into a folder.

    `include` with no match restores nothing and ends well: the caller counts what came.

    Raises:
        ResticError: something could not be restored; the rest is there.
    """
    patterns = [word for pattern in include for word in ("--include", pattern)]
    words = ("restore", snapshot_id, "--target", str(target), *options, *patterns)
    with (
        restic.started(Job(words, timeout_s=LONG_S)) as talk,
        traffic.told(lambda: traffic.written(talk.pid), on_bytes),
    ):
        talk.output.read()


@contextlib.contextmanager
def dump(
    restic: Restic, snapshot_id: str, path: str, *, timeout_s: float = LONG_S
) -> Iterator[IO[bytes]]:
    """A file of a snapshot as a stream; its end is checked when the block ends."""
    with restic.started(Job(("dump", snapshot_id, path), timeout_s=timeout_s)) as talk:
        yield talk.output


def _unreadable(restic: Restic, verb: str) -> ResticError:
    return ResticError(
        Cause.RESTIC_FAILED, site=restic.site, verb=verb, says="its answer cannot be read"
    )
