"""restic's verbs that write: init, backup, copy."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.restic import outcome, output, reading, traffic
from agent.restic.door import LONG_S, Job, Restic, Talk
from agent.restic.environment import Repository
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_FULL_ID_DIGITS = 64  # SHA-256 in hex
_MOST_NAMED = 5
_TIME = "%Y-%m-%d %H:%M:%S"  # restic reads it in its own time zone, which is UTC here
OnProgress = Callable[[output.Progress], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """What is saved: `paths` as seen from the folder `start`, under a host's name and tags."""

    start: Path
    paths: tuple[str, ...]
    host: str
    tags: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    at: datetime | None = None  # the moment that the data is of; None: when it is saved

    def arguments(self) -> tuple[str, ...]:
        tags = [word for tag in self.tags for word in ("--tag", tag)]
        excludes = [word for pattern in self.excludes for word in ("--exclude", pattern)]
        at = ("--time", f"{self.at.astimezone(UTC):{_TIME}}") if self.at else ()
        words = ("--host", self.host, *at, *tags, *excludes)
        return ("backup", "--json", *words, "--", *self.paths)


@dataclass(frozen=True, slots=True)
class Saved:
    """A snapshot that restic says it made; it counts only once it has been read back.

    `id` is the full one; `unreadable` counts sources that were left out, `left_out` names the
    first of them, for a person at this host.
    """

    id: str
    summary: output.Summary
    unreadable: int
    cause: Cause | None
    left_out: tuple[str, ...] = ()
    stored: int = 0  # bytes that this run brought to the site, or about so many


def init(restic: Restic, chunker_of: Repository | None = None) -> output.RepositoryConfig:
    """Make a new repository, with the chunker parameters of another one.

    Raises:
        ResticError: there is one already, or the site cannot be written.
    """
    like = ("--copy-chunker-params",) if chunker_of else ()
    restic.run(Job(("init", "--repository-version", "2", *like), source=chunker_of))
    return reading.config(restic)


def ignore_progress(_progress: output.Progress) -> None:
    return


def save(
    restic: Restic,
    sources: Sources,
    *,
    timeout_s: float = LONG_S,
    on_progress: OnProgress = ignore_progress,
) -> Saved:
    """Back up.

    Success is exit code 0 or 3, and a summary, and the snapshot read back by its full id, which
    is the caller's part; no code alone says it.

    Raises:
        ResticError: no snapshot was made.
    """
    job = Job(
        sources.arguments(),
        timeout_s=timeout_s,
        cwd=sources.start,
        accepted=frozenset({0, outcome.INCOMPLETE}),
    )
    kept: list[bytes] = []
    stored = 0
    with restic.started(job) as talk:
        for line in talk.output:
            _hear(line, kept, on_progress)
            if kept:  # it has said its last word, and lives yet
                stored = traffic.stored(talk.pid) or stored
    return _saved(restic, talk, kept, stored)


def _saved(restic: Restic, talk: Talk, kept: Sequence[bytes], stored: int) -> Saved:
    stderr = talk.ended.stderr if talk.ended else ""
    summary = output.summary(kept)
    if summary is None:
        raise ResticError(Cause.RESTIC_FAILED, site=restic.site, verb="backup", says="no summary")
    complete = talk.ended is not None and talk.ended.exit_code == 0
    left_out = _left_out(stderr)
    return Saved(
        id=full_id(restic, summary.snapshot_id),
        summary=summary,
        unreadable=len(left_out),
        left_out=left_out[:_MOST_NAMED],
        stored=stored or summary.data_added,  # an ended process tells nothing to others than root
        cause=None if complete else _why_incomplete(stderr),
    )


def full_id(restic: Restic, snapshot_id: str) -> str:
    """The full id of a snapshot just made; up to 0.14 restic tells only its first 8 digits.

    restic has put the snapshot into its cache, whose file bears the full id: that saves opening
    the repository once more. Without it the repository is asked.
    """
    if len(snapshot_id) == _FULL_ID_DIGITS:
        return snapshot_id
    cache = restic.workplace.cache(restic.site)
    found = {file.name for file in cache.glob(f"*/snapshots/*/{snapshot_id}*")}
    if len(found) == 1:
        return found.pop()
    return reading.snapshot(restic, snapshot_id).id


def _hear(line: bytes, kept: list[bytes], on_progress: OnProgress) -> None:
    kind = output.kind_of(line)
    if kind == "summary":
        kept.append(line)
    elif kind == "status":
        progress = output.progress(line)
        if progress is not None:
            on_progress(progress)


def _left_out(stderr: str) -> tuple[str, ...]:
    """What could not be saved. restic tells most of it twice: when it counts and when it saves."""
    errors = [error for line in stderr.splitlines() if (error := _error_in(line)) is not None]
    saving = [error for error in errors if error.get("during") == "archival"] or errors
    return tuple(dict.fromkeys(str(error.get("item", "?")) for error in saving))


def _error_in(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if document.get("message_type") == "error" else None


def _why_incomplete(stderr: str) -> Cause:
    """0.14 ends with 3 also when a tree of the repository is lost: that is no unreadable source."""
    words = outcome.failure_of(1, stderr)
    return words if words is Cause.REPOSITORY_DAMAGED else Cause.SOURCE_UNREADABLE


def copy(
    restic: Restic,
    source: Repository,
    ids: Sequence[str],
    *,
    timeout_s: float,
    on_stored: traffic.OnBytes = traffic.ignore,
) -> None:
    """Copy snapshots, named by their full ids, from another repository into this one.

    What came of it is read at the target, never from this command's words.
    """
    _demand_full(ids)
    with (
        restic.started(Job(("copy", *ids), timeout_s=timeout_s, source=source)) as talk,
        traffic.told(lambda: traffic.stored(talk.pid), on_stored),
    ):
        talk.output.read()


def _demand_full(ids: Sequence[str]) -> None:
    for snapshot_id in ids:
        if len(snapshot_id) != _FULL_ID_DIGITS:
            raise ValueError(snapshot_id)
