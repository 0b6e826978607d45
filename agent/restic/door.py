"""The only place that starts restic: whose name, which repository, which verbs, what came of it."""

import contextlib
import os
import re
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from agent.config.private_file import PrivateFileError
from agent.restic import capabilities, children, outcome, transport, watch
from agent.restic.answering import listener
from agent.restic.children import Record
from agent.restic.environment import Repository, Workplace, environment, option_arguments
from agent.restic.errors import ResticError
from agent.restic.limits import Rate, rate_of_run
from agent.restic.lock_objects import is_near, lock_objects
from agent.restic.logins import repository_line
from agent.restic.patience import Patience
from agent.restic.process import Child, Ended, GivenUp, Grace, Stopper, bounded
from agent.restic.roles import Role, permit
from wire.verdicts import Cause

SHORT_S = 300.0  # opening a repository, listing snapshots
LONG_S = 24 * 3600.0  # data moves
_OVER_A_DEAD_LINK = Grace(interrupt_s=3.0, terminate_s=1.0)  # its lock cannot be removed anyway
_ALONE = frozenset({"check", "rebuild-index", "repair", "prune", "forget", "key"})
# It ended before it took a lock or stored anything.
_LEFT_NOTHING = frozenset(
    {
        Cause.BAD_KEY,
        Cause.NO_REPOSITORY,
        Cause.HOST_KEY_CHANGED,
        Cause.LOCKED,
    }
)
# It was killed, or could not reach the site any more to remove it.
_LEFT_A_LOCK = frozenset({Cause.CANCELLED, Cause.RESTIC_CRASHED, Cause.SITE_UNREACHABLE})
_LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """One command line, where it runs, which other repository it reads, how long it may take."""

    arguments: tuple[str, ...]
    timeout_s: float = SHORT_S
    cwd: Path = Path("/")
    source: Repository | None = None
    accepted: frozenset[int] = frozenset({0})
    enough: re.Pattern[str] | None = None  # after these words of it there is nothing to wait for

    @property
    def verb(self) -> str:
        return self.arguments[0]

    @property
    def locks(self) -> bool:
        return self.verb != "version" and "--no-lock" not in self.arguments


@dataclass(slots=True)
class Talk:
    """A running restic's output, and, once it is over, how it ended."""

    output: IO[bytes]
    pid: int
    ended: Ended | None = None


@dataclass(frozen=True, slots=True)
class Restic:
    """restic at one repository in the name of one role."""

    repository: Repository
    workplace: Workplace
    role: Role = Role.AGENT
    grace: Grace = field(default_factory=Grace)
    stopper: Stopper = field(default_factory=Stopper)
    patience: Patience = field(default_factory=Patience)

    @property
    def site(self) -> str:
        return self.repository.site

    def as_role(self, role: Role) -> "Restic":
        return replace(self, role=role)

    def run(self, job: Job) -> bytes:
        """Run to the end; return its output.

        Raises:
            ResticError: it ended with a code that the job does not accept.
        """
        with self.started(job) as talk:
            return talk.output.read()

    def lines(self, job: Job) -> Generator[bytes, None, None]:
        """Yield output lines while it runs; check how it ended after the last one."""
        with self.started(job) as talk:
            # `yield from` would close the pipe when we are closed early
            for line in talk.output:  # noqa: UP028
                yield line

    @contextlib.contextmanager
    def started(self, job: Job) -> Iterator["Talk"]:
        """Yield what it says while it runs; leaving the block by an error stops it.

        Raises:
            ResticError: it could not be started, took too long, or failed.
        """
        permit(self.role, job.arguments)
        self._prepare(job)
        spoken = transport.places(self.repository, job.source)
        folders = self._lock_folders(job)
        child = self._start(job)
        record = self._record(job, child)
        watched = self._watched(job, child, record, spoken, folders)
        talk = Talk(child.stdout, child.pid)
        with (
            bounded(child, job.timeout_s),
            self.stopper.watching(child),
            watch.watching(child.pid, watched),
        ):
            yield talk
            talk.ended = child.finish()
        said = talk.ended.stderr + transport.words_since(spoken)
        error = self._failure(job, replace(talk.ended, stderr=said))
        if record is not None:
            _conclude(record, error, folders)
        if error is not None:
            raise error

    def _lock_folders(self, job: Job) -> list[watch.Folder]:
        if not job.locks:
            return []
        places = [one for one in (self.repository, job.source) if one is not None]
        found = ((one, lock_objects(one, self.workplace)) for one in places)
        return [
            watch.folder_of(objects, near=is_near(one), alone=job.verb in _ALONE)
            for one, objects in found
            if objects
        ]

    def _record(self, job: Job, child: Child) -> Record | None:
        """What stays of it on disk if it, or we, should not end well."""
        if not job.locks:
            return None
        places = [one.address for one in (self.repository, job.source) if one is not None]
        now = self.patience.clock.now().timestamp()
        return children.record(self.workplace.children, child.pid, tuple(places), job.verb, now)

    def _watched(
        self,
        job: Job,
        child: Child,
        record: Record | None,
        spoken: tuple[transport.Place, ...],
        folders: list[watch.Folder],
    ) -> watch.Watched:
        def give_up(why: GivenUp) -> None:
            child.give_up(why, _OVER_A_DEAD_LINK)

        def enough() -> bool:
            if job.enough is None or not job.enough.search(child.words_so_far()):
                return False
            child.end_early()
            return True

        asked = (listener(one) for one in (self.repository, job.source) if one is not None)
        listeners = [one for one in asked if one is not None]
        clock, limits = self.patience.clock, self.patience.limits
        return watch.Watched(record, clock, spoken, listeners, folders, give_up, limits, enough)

    def capabilities(self) -> capabilities.Capabilities:
        """Ask the installed restic what it is.

        Raises:
            ResticError: there is none, or it is older than 0.14 (RESTIC_MISSING).
        """
        found = capabilities.parse(self.run(Job(("version", "--json"))).decode(errors="replace"))
        if found is None:
            raise ResticError(
                Cause.RESTIC_MISSING, site=self.site, verb="version", says="older than 0.14"
            )
        return found

    def _start(self, job: Job) -> Child:
        argv = (
            self._program(job.verb),
            *option_arguments(self.repository, job.source),
            *self._rate(job).arguments(),
            *job.arguments,
        )
        variables = environment(self.workplace, self.repository, job.source)
        try:
            return Child(argv, variables, job.cwd, self.grace)
        except OSError as error:
            raise self._error(Cause.RESTIC_FAILED, job, f"{error}") from error

    def _rate(self, job: Job) -> Rate:
        limits = [one.limit for one in (self.repository, job.source) if one is not None]
        return rate_of_run(self.patience.clock.now().astimezone(), *limits)

    def _program(self, verb: str) -> str:
        program = shutil.which("restic", path=self.workplace.path)
        if program is None:
            raise ResticError(
                Cause.RESTIC_MISSING,
                site=self.site,
                verb=verb,
                says=f"restic is not in {self.workplace.path}",
            )
        return program

    def _prepare(self, job: Job) -> None:
        for folder in (self.workplace.folder, self.workplace.temporary, self.workplace.children):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for repository in (self.repository, job.source):
            if repository is not None:
                try:
                    line = repository_line(repository)
                except PrivateFileError as error:
                    raise self._error(Cause.SITE_UNREACHABLE, job, str(error)) from error
                _write_private(self.workplace.repository_file(repository.site), line)

    def _failure(self, job: Job, ended: Ended) -> ResticError | None:
        if ended.given_up is not None:
            why = ended.given_up
            cause = Cause.SITE_UNREACHABLE if why.site_at_fault else Cause.RESTIC_FAILED
            if outcome.failure_of(1, ended.stderr) is Cause.DISK_FULL:  # tried again for minutes
                cause = Cause.DISK_FULL
            return self._error(cause, job, why.says, cut=why.was_there)
        if ended.had_enough or ended.exit_code in job.accepted:
            return None
        found = outcome.failure_of(ended.exit_code, ended.stderr) or Cause.RESTIC_FAILED
        cut = found is Cause.SITE_UNREACHABLE and bool(watch.LOST.search(ended.stderr))
        return ResticError(
            found,
            site=self.site,
            verb=job.verb,
            says=outcome.last_words(ended.stderr),
            cut=cut,
            packs=outcome.packs_named(ended.stderr),
        )

    def _error(self, cause: Cause, job: Job, says: str, *, cut: bool = False) -> ResticError:
        return ResticError(cause, site=self.site, verb=job.verb, says=says, cut=cut)


def _conclude(record: Record, error: ResticError | None, folders: list[watch.Folder]) -> None:
    """What stays known of a child that has ended: nothing; that it was cut; its lock, too.

    One that ended by its own will has removed its lock: whatever looks like it is another's.
    """
    if error is None or error.cause in _LEFT_NOTHING:
        record.close()
    elif error.cause not in _LEFT_A_LOCK:
        record.saw(frozenset())
    elif not error.cut:
        for folder in folders:
            folder.look(_LOOK_S)
        record.saw(frozenset[str]().union(*(folder.seen for folder in folders)))


def _write_private(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)
