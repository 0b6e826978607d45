"""One run of the janitor: alone at its repository, first the look, then reading as time allows."""

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agent.clock import Clock
from agent.sites.janitor import look, reporting, wishes
from agent.sites.janitor.acting import Seal, Work
from agent.sites.janitor.errors import (
    BesideError,
    BusyError,
    NotARepositoryError,
    OtherFilesystemError,
)
from agent.sites.janitor.judge import Patience
from agent.sites.janitor.ledger import Ledger
from agent.sites.janitor.memory import Known, Memory, Moment
from agent.sites.janitor.quarantine import Quarantine
from agent.sites.janitor.reading import opened_folder
from agent.sites.janitor.shape import CONFIG, FOLDERS, SMALL
from agent.sites.janitor.status import Counts
from wire.text import N_

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
Dates = Callable[[], dict[str, tuple[float, str]]]  # snapshot -> when it says it was made, tree


@dataclass(frozen=True, slots=True)
class Place:
    """A repository and the janitor's own folder beside it."""

    repository: Path
    beside: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How it works; `seal` and `dates` only where the repository's key is at the site."""

    patience: Patience = field(default_factory=Patience)
    read_for_s: float = 20.0  # reading of packs, a run
    read_again_s: float = 28 * 86_400.0
    seal: Seal | None = None
    dates: Dates | None = None


def place_of(repository: Path) -> Place:
    """The folder beside it has its name with `.janitor` behind."""
    repository = repository.absolute()
    return Place(repository, repository.with_name(f"{repository.name}.janitor"))


def run(place: Place, clock: Clock, settings: Settings) -> Counts:
    """Look once, move what does not belong there, and leave the status for the probe key.

    Raises:
        NotARepositoryError: this is no repository: nothing was touched.
        BesideError: the janitor's own folder cannot be used.
        OtherFilesystemError: moving would be copying.
        BusyError: another run is under way.
    """
    with contextlib.ExitStack() as stack:
        repository = _opened(place, stack)
        stack.enter_context(_alone(place, clock))
        memory = Memory(place.beside / "objects.sqlite")
        stack.callback(memory.close)
        known = memory.note(CONFIG) is not None
        if not known:
            _demand_repository(repository, place)
        now = _moment(clock)
        ledger = Ledger(place.beside / "ledger.jsonl", reporting.expected_head(memory), now.at)
        work = Work(
            repository=repository,
            owner=os.fstat(repository).st_uid,
            memory=memory,
            quarantine=Quarantine(place.beside / "quarantine"),
            patience=settings.patience,
            number=memory.begin(),
            seal=settings.seal,
        )
        reporting.note_losses(memory, ledger, now)
        now = _look(work, clock, now)
        asked, first_at = wishes.take(place.beside), float(memory.note("first_at") or now.at)
        wishes.grant(work, asked, first_at, now)
        reporting.keep_ledger(work, ledger, place.beside, settings.dates, now)
        _report(work, ledger, place, now)
        wishes.done(place.beside)
        _read(work, clock, settings)
        return _report(work, ledger, place, _moment(clock))


def _look(work: Work, clock: Clock, now: Moment) -> Moment:
    """What small objects somebody may be writing just now is looked at twice."""
    look.look_at_top(work, now)
    look.look_at_small(work, SMALL, now)
    restless = [kind for kind in SMALL if work.tally.waiting[kind.value]]
    look.look_at_packs(work, now)
    if restless:
        clock.sleep(work.patience.small_quiet_s)
        now = _moment(clock)
        for kind in restless:
            work.tally.begin_again(kind.value)
        look.look_at_small(work, restless, now)
    return now


def _read(work: Work, clock: Clock, settings: Settings) -> None:
    """New packs first, then those that were read longest ago, until the time is over."""
    ends_at = clock.monotonic() + settings.read_for_s
    while clock.monotonic() < ends_at:
        now = _moment(clock)
        rows = look.backlog(work, now.at - settings.read_again_s, now)
        before = len(rows)
        timely = _until(rows, clock, ends_at)
        if not before or look.read_some(work, timely, now) < before:
            return
        work.memory.commit()
        work.memory.resume()


def _until(rows: list[Known], clock: Clock, ends_at: float) -> Iterator[Known]:
    for row in rows:
        if clock.monotonic() >= ends_at:
            return
        yield row


def _report(work: Work, ledger: Ledger, place: Place, now: Moment) -> Counts:
    counts = reporting.counts(work, now)
    number, head = ledger.head
    work.memory.set_note("ledger", f"{number} {head}")
    work.memory.commit()
    reporting.write_status(place.beside, counts, ledger, now)
    work.memory.resume()
    return counts


def _opened(place: Place, stack: contextlib.ExitStack) -> int:
    try:
        repository = stack.enter_context(opened_folder(place.repository))
    except OSError as error:
        reason = error.strerror or "OSError"
        raise NotARepositoryError(folder=str(place.repository), reason=reason) from error
    if not place.beside.exists():  # a folder that was named by mistake gets nothing beside it
        _demand_repository(repository, place)
    with contextlib.suppress(FileExistsError):
        try:
            place.beside.mkdir(mode=0o700)
        except PermissionError as error:
            raise _beside(place, error.strerror or "") from error
    try:
        beside = stack.enter_context(opened_folder(place.beside))
    except OSError as error:
        raise _beside(place, error.strerror or "OSError") from error
    own = os.fstat(beside)
    if own.st_uid != os.geteuid() or own.st_mode & _OTHERS:
        raise _beside(place, N_("others may enter it, or own it"))
    if own.st_dev != os.fstat(repository).st_dev:
        raise OtherFilesystemError(folder=str(place.beside))
    return repository


def _beside(place: Place, reason: str) -> BesideError:
    return BesideError(folder=str(place.beside), reason=reason)


def _demand_repository(repository: int, place: Place) -> None:
    found = set(os.listdir(repository))
    if not (FOLDERS | {CONFIG}) <= found:
        reason = N_("parts of one are missing")
        raise NotARepositoryError(folder=str(place.repository), reason=reason)


@contextlib.contextmanager
def _alone(place: Place, clock: Clock) -> Iterator[None]:
    """A lock that a dead holder frees."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(place.beside / "lock", flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 64, 0).decode(errors="replace").split()
            pid, since = holder if len(holder) == 2 else ("?", "?")  # noqa: PLR2004
            raise BusyError(task="site janitor", pid=pid, since=since) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {clock.now():%Y-%m-%dT%H:%M:%SZ}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _moment(clock: Clock) -> Moment:
    return Moment(clock.now().timestamp(), clock.monotonic(), _BOOT_ID.read_text().strip())
