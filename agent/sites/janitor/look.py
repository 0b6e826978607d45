"""One look at a repository: its top, its small folders each time, its packs where they changed."""

import contextlib
import os
import stat
from collections.abc import Iterable

from agent.sites.janitor import shape
from agent.sites.janitor.acting import Work, act, content_of, judge_again, look_at, with_content
from agent.sites.janitor.judge import Action, Content, Judgement, Reason
from agent.sites.janitor.memory import Known, Moment
from agent.sites.janitor.quarantine import Offender
from agent.sites.janitor.reading import entries, opened_below, opened_folder, read_object
from agent.sites.janitor.shape import CONFIG, DATA, Entry, Kind

_LIST_AGAIN_S = 3600.0  # a pack that was written in place does not change its folder
_SETTLED_NS = 2 * 10**9  # as coarse as a file system's clock may be
_AT_ONCE = 500  # rows


def look_at_top(work: Work, now: Moment) -> None:
    """config, the five folders, and what does not belong beside them."""
    for name, status in entries(work.repository):
        kind = shape.entry("", name)
        if kind is Entry.FOLDER and not stat.S_ISDIR(status.st_mode):
            work.tally.told[name, Reason.NOT_A_FOLDER] += 1
        elif kind is Entry.UNKNOWN:
            offender = Offender("", name, status, Reason.NONE)
            decided = Judgement(Action.MOVE, Reason.UNKNOWN_NAME)
            act(work, work.repository, offender, decided, now)
    _look_at_config(work)


def look_at_small(work: Work, kinds: Iterable[Kind], now: Moment) -> None:
    """Locks, snapshots, keys and indexes: every object, each time."""
    for kind in kinds:
        _look_at_folder(work, kind.value, now)
    _keep_the_first_keys(work, now)
    _thin_out_locks(work, now)


def look_at_packs(work: Work, now: Moment) -> None:
    """Of the folders of packs those that changed since; all of them once an hour."""
    with opened_folder(DATA, work.repository) as data:
        shards = set()
        for name, status in entries(data):
            folder = f"{DATA}/{name}"
            if shape.entry(DATA, name) is not Entry.FOLDER:
                look_at(work, data, DATA, (name, status), now)
            elif not stat.S_ISDIR(status.st_mode):
                work.tally.told[folder, Reason.NOT_A_FOLDER] += 1
            else:
                shards.add(folder)
                _look_if_changed(work, folder, status.st_ctime_ns, now)
    work.memory.forget_folders_but(DATA, shards)


def read_some(work: Work, rows: Iterable[Known], now: Moment) -> int:
    """Read these objects; how many were."""
    count = 0
    for known in rows:
        try:
            with opened_below(work.repository, known.folder) as here:
                _read_one(work, here, known, now)
        except OSError:  # it went meanwhile; the next look knows
            continue
        count += 1
    return count


def _read_one(work: Work, here: int, known: Known, now: Moment) -> None:
    read = content_of(work, here, known.folder, known.name)
    if read.content is Content.DIFFERS and known.once_good:
        read = content_of(work, here, known.folder, known.name)  # from the disk, once more
    if read.content is Content.UNREAD or read.status not in (None, known.status):
        return
    work.memory.read(known.folder, known.name, read.content, now.at)
    judge_again(work, here, with_content(known, read.content, now.at), now)


def _look_at_folder(work: Work, folder: str, now: Moment) -> None:
    with opened_below(work.repository, folder) as here:
        for found in entries(here):
            look_at(work, here, folder, found, now)
    for gone in work.memory.unseen(folder, work.number, now):
        work.memory.forget(folder, gone.name)


def _look_if_changed(work: Work, folder: str, changed_ns: int, now: Moment) -> None:
    before = work.memory.folder_listed(folder)
    if before is not None and before[0] == changed_ns and not work.memory.restless(folder):
        since = now.stopwatch_s - before[1]
        if 0 <= since < _LIST_AGAIN_S:
            return
    settled = now.at * 10**9 - changed_ns > _SETTLED_NS
    _look_at_folder(work, folder, now)
    work.memory.list_folder(folder, changed_ns if settled else 0, now)


def _look_at_config(work: Work) -> None:
    """It has no digest for a name: what it was at the first look is what it must stay."""
    read = read_object(work.repository, CONFIG)
    known = work.memory.note(CONFIG)
    if not read.sha256:
        work.tally.told[CONFIG, Reason.CONFIG_GONE] += 1
    elif known is None:
        work.memory.set_note(CONFIG, read.sha256)
    elif known != read.sha256:
        work.tally.told[CONFIG, Reason.CONFIG_CHANGED] += 1


def _keep_the_first_keys(work: Work, now: Moment) -> None:
    """Beyond a bound the newest go: restic tries every key, and the first are the owner's."""
    keys = list(work.memory.all_of(Kind.KEY.value, now))
    _move(work, keys[work.patience.keys :], Reason.TOO_MANY_KEYS, now)


def _thin_out_locks(work: Work, now: Moment) -> None:
    """A flood of them is said at once; those that nobody refreshes go."""
    folder = Kind.LOCK.value
    number = work.memory.count(folder)
    if number <= work.patience.locks:
        return
    work.tally.told[folder, Reason.LOCK_FLOOD] = number
    old_s = work.patience.flooding_lock_s
    dead = [lock for lock in work.memory.all_of(folder, now) if lock.seen_for_s >= old_s]
    _move(work, dead, Reason.LOCK_FLOOD, now)


def _move(work: Work, offenders: Iterable[Known], reason: Reason, now: Moment) -> None:
    for one in offenders:
        with (
            contextlib.suppress(FileNotFoundError),
            opened_below(work.repository, one.folder) as here,
        ):
            status = os.stat(one.name, dir_fd=here, follow_symlinks=False)
            offender = Offender(one.folder, one.name, status, Reason.NONE)
            act(work, here, offender, Judgement(Action.MOVE, reason), now)


def backlog(work: Work, due_before: float, now: Moment) -> list[Known]:
    """What was never read, then what was read longest ago."""
    unread = work.memory.oldest_read(Content.UNREAD, now.at + 1.0, _AT_ONCE, now)
    return unread or work.memory.oldest_read(Content.GOOD, due_before, _AT_ONCE, now)
