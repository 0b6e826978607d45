"""Rotation is explained when no content that was seen is lost, and not by the names of files."""

from agent.files.record import FileRecord
from agent.integrity.noise.context import Context
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who
from tests.agent.integrity.noise.making import (
    LATER,
    LOGROTATE,
    SOMEBODY,
    Disk,
    added,
    modified,
    of_code,
    record,
    removed,
    renamed,
    told,
    unexplained,
)

LOG = "/var/log/app.log"
FIRST, SECOND, PACKED = f"{LOG}.1", f"{LOG}.2", f"{LOG}.2.gz"


def log(path: str, content: bytes, inode: int) -> FileRecord:
    return record(path, content, inode=inode)


def after(disk: Disk, *seens: Seen) -> set[str]:
    return unexplained(told(seens, Context(LATER), disk))


NEW = modified(log(LOG, b"lines\n", 5), log(LOG, b"", 6))
MOVED = added(log(FIRST, b"lines\n", 5))


def test_a_log_that_is_renamed_and_begins_anew_is_one_event() -> None:
    explained = told([NEW, MOVED], Context(LATER), Disk({FIRST: b"lines\n", LOG: b""}))
    (entry,) = of_code(explained, "rotation")
    assert entry.event.files == 2
    assert not unexplained(explained)


def test_lines_that_came_after_the_last_look_may_be_in_the_turn() -> None:
    turn = added(log(FIRST, b"lines\nmore\n", 5))
    assert not after(Disk({FIRST: b"lines\nmore\n"}), NEW, turn)


def test_a_turn_with_another_content_is_no_rotation() -> None:
    forged = added(log(FIRST, b"other\n", 7))
    assert after(Disk({FIRST: b"other\n"}), NEW, forged) == {LOG, FIRST}


def test_a_log_that_is_emptied_without_a_turn_stays_visible() -> None:
    assert after(Disk({LOG: b""}), NEW) == {LOG}


def test_a_copy_and_an_emptied_log_are_a_rotation() -> None:
    emptied = modified(log(LOG, b"lines\n", 5), log(LOG, b"", 5))
    copied = added(log(FIRST, b"lines\nmore\n", 9))
    assert not after(Disk({FIRST: b"lines\nmore\n"}), emptied, copied)


def test_an_empty_log_proves_nothing_about_a_turn() -> None:
    begun = modified(log(LOG, b"", 5), log(LOG, b"x", 6))
    forged = added(log(FIRST, b"forged\n", 9))
    assert after(Disk({FIRST: b"forged\n"}), begun, forged) == {LOG, FIRST}


def test_a_compressed_turn_is_proved_by_what_is_inside() -> None:
    seens = (
        NEW,
        modified(log(FIRST, b"older\n", 4), log(FIRST, b"lines\n", 5)),
        added(log(PACKED, b"<packed>", 8)),
    )
    good = Disk({FIRST: b"lines\n", PACKED: b"<packed>"}, {PACKED: b"older\n"})
    evil = Disk({FIRST: b"lines\n", PACKED: b"<packed>"}, {PACKED: b"other\n"})
    assert not after(good, *seens)
    assert PACKED in after(evil, *seens)


def chain(who: Who | None) -> tuple[Seen, ...]:
    """x.2 is lost, x.1 becomes x.2, x becomes x.1."""
    return (
        NEW,
        modified(log(FIRST, b"older\n", 4), log(FIRST, b"lines\n", 5), who),
        modified(log(SECOND, b"oldest\n", 3), log(SECOND, b"older\n", 4), who),
    )


CHAIN_DISK = Disk({FIRST: b"lines\n", SECOND: b"older\n"})


def test_the_oldest_content_may_be_lost_when_the_others_moved_up() -> None:
    assert not after(CHAIN_DISK, *chain(LOGROTATE))
    assert not after(CHAIN_DISK, *chain(None))


def test_one_turn_more_than_the_oldest_is_not_lost_in_silence() -> None:
    third, fourth = f"{LOG}.3", f"{LOG}.4"
    gone = [removed(log(third, b"3", 1)), removed(log(fourth, b"4", 2))]
    assert after(CHAIN_DISK, *chain(None), *gone) == {SECOND, third}  # what they held is nowhere
    by_logrotate = [
        removed(log(third, b"3", 1), LOGROTATE),
        removed(log(fourth, b"4", 2), LOGROTATE),
    ]
    assert not after(CHAIN_DISK, *chain(LOGROTATE), *by_logrotate)


def test_what_packs_for_logrotate_is_logrotates_own() -> None:
    """Of `rotate 1` with `compress`: what the only turn held is lost."""
    turn = f"{LOG}.1.gz"
    disk = Disk({turn: b"<packed>"}, {turn: b"lines\n"})
    for parent, lost in (("/usr/sbin/logrotate", set[str]()), ("/bin/bash", {turn})):
        gzip = Who(uid=0, login_uid=None, pid=9, exe="/usr/bin/gzip", parents=(parent,))
        packed = modified(log(turn, b"<former>", 4), log(turn, b"<packed>", 8), gzip)
        assert after(disk, NEW, packed) == lost


def test_a_turn_that_somebody_deletes_stays_visible() -> None:
    gone = removed(log(SECOND, b"oldest\n", 3), SOMEBODY)
    assert after(Disk({FIRST: b"lines\n"}), NEW, MOVED, gone) == {SECOND}
    assert after(Disk(), removed(log(FIRST, b"x", 1))) == {FIRST}


def test_a_turn_that_is_a_program_stays_visible() -> None:
    runs = added(record(FIRST, b"lines\n", inode=5, mode=0o100755))
    assert FIRST in after(Disk({FIRST: b"lines\n"}), NEW, runs)


def test_a_renamed_log_is_a_rotation_too() -> None:
    moved = renamed(log(LOG, b"lines\n", 5), log(FIRST, b"lines\n", 5))
    assert not after(Disk({FIRST: b"lines\n"}), moved)


def test_what_is_no_log_does_not_rotate() -> None:
    path, turn = "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.1"
    seens = (modified(log(path, b"a\n", 5), log(path, b"b\n", 6)), added(log(turn, b"a\n", 5)))
    assert after(Disk({turn: b"a\n"}), *seens) == {path, turn}


def test_the_new_log_may_grow_at_once() -> None:
    grew = modified(log(LOG, b"", 6), log(LOG, b"new\n", 6))
    assert not after(Disk({FIRST: b"lines\n", LOG: b"new\n"}), NEW, MOVED, grew)


def test_a_log_that_is_emptied_while_only_older_turns_move_stays_visible() -> None:
    moved = renamed(log(FIRST, b"older\n", 4), log(SECOND, b"older\n", 4))
    assert after(Disk({SECOND: b"older\n"}), NEW, moved) == {LOG}
