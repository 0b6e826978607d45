"""Foreign changes that hide in what is explained: each must stay visible."""

import pytest
from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.events.event import EventKind
from agent.integrity.noise.context import Context
from agent.integrity.noise.explain import explain
from agent.integrity.noise.log_names import is_log
from agent.integrity.ransom.canary import Canary
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who
from tests.agent.integrity.noise.making import (
    DPKG,
    LATER,
    SOMEBODY,
    Disk,
    added,
    by_path,
    modified,
    record,
    removed,
    renamed,
    told,
    unexplained,
)

LOG = "/var/log/auth.log"
FIRST, SECOND, THIRD = f"{LOG}.1", f"{LOG}.2", f"{LOG}.3"
DOCUMENT = "/srv/share/bệnh án.docx"
WHOS = pytest.mark.parametrize("who", [SOMEBODY, None], ids=["somebody", "nobody knows"])


def log(path: str, content: bytes, inode: int, **fields: int) -> FileRecord:
    return record(path, content, inode=inode, **fields)


def left(*seens: Seen, disk: Disk | None = None) -> set[str]:
    return unexplained(told(seens, Context(LATER), disk))


def emptied(who: Who | None = None, **fields: int) -> Seen:
    """The log begins anew; what it held is in the first turn."""
    return modified(log(LOG, b"now\n", 5), log(LOG, b"", 5, **fields), who)


def test_a_turn_is_overwritten_with_a_copy_of_the_log() -> None:
    """What it held was the trace of a break-in."""
    copied = modified(log(FIRST, b"break-in\n", 4), log(FIRST, b"now\n", 9), SOMEBODY)
    assert left(emptied(SOMEBODY), copied, disk=Disk({FIRST: b"now\n"})) == {FIRST}


def test_one_turn_in_the_middle_is_lost_while_an_older_one_is_there() -> None:
    """Nobody knows who: only the oldest content may be lost."""
    copied = modified(log(FIRST, b"break-in\n", 4), log(FIRST, b"now\n", 9))
    gone = removed(log(THIRD, b"oldest\n", 2))
    assert left(emptied(), copied, gone, disk=Disk({FIRST: b"now\n"})) == {FIRST}


@WHOS
@pytest.mark.parametrize("powers", [{"mode": 0o100666}, {"uid": 1000}, {"gid": 1000}])
def test_the_log_that_begins_anew_is_opened_to_others(
    powers: dict[str, int], who: Who | None
) -> None:
    moved = added(log(FIRST, b"now\n", 7), who)
    assert left(emptied(who, **powers), moved, disk=Disk({FIRST: b"now\n"})) == {LOG}


@WHOS
@pytest.mark.parametrize("powers", [{"mode": 0o100646}, {"uid": 1000}, {"gid": 1000}])
def test_a_turn_is_opened_to_others(powers: dict[str, int], who: Who | None) -> None:
    moved = added(log(FIRST, b"now\n", 7, **powers), who)
    assert FIRST in left(emptied(who), moved, disk=Disk({FIRST: b"now\n"}))


@pytest.mark.parametrize(
    "path",
    [
        "/srv/www/blog/index.php",
        "/srv/www/logs/index.php",
        "/var/spool/cron/crontabs/root",
        "/var/spool/logs/root",
        "/srv/app/run",
        "/home/an/.ssh/authorized_keys",
    ],
)
def test_a_pattern_of_logrotate_names_what_is_no_log(path: str) -> None:
    """Whoever may write such a pattern could append to a program or a schedule without a word."""
    assert not is_log(path.encode(), (path,))


@pytest.mark.parametrize(
    "path", ["/opt/tomcat/logs/catalina.out", "/srv/app/access_log", "/x/log/a"]
)
def test_what_is_called_a_log_may_be_named_by_a_pattern(path: str) -> None:
    assert is_log(path.encode(), (path,))
    assert not is_log(path.encode(), ())


def test_a_log_that_grows_gets_a_second_name() -> None:
    grown = modified(log(LOG, b"a\n", 5), log(LOG, b"a\nb\n", 5, links=2))
    assert left(grown, disk=Disk({LOG: b"a\nb\n"})) == {LOG}


@WHOS
@pytest.mark.parametrize("name", ["bệnh án.docx~", "bệnh án.docx.tmp", "1A2B3C4D", "~$x.docx"])
def test_a_document_is_put_away_under_a_name_of_a_moment(name: str, who: Who | None) -> None:
    away = f"/srv/share/{name}"
    put = renamed(record(DOCUMENT, b"text", inode=3), record(away, b"text", inode=3), who)
    assert left(put) == {away}
    copied = added(record(away, b"text", inode=9), who)
    assert DOCUMENT in left(copied, removed(record(DOCUMENT, b"text"), who))


def test_what_an_editor_puts_aside_stays_explained_while_the_document_is_there() -> None:
    backup = f"{DOCUMENT}~"
    put = renamed(record(DOCUMENT, b"text", inode=3), record(backup, b"text", inode=3))
    saved = added(record(DOCUMENT, b"text and more", inode=4))
    assert left(put, saved) == {DOCUMENT}


def test_a_large_document_is_overwritten_under_the_name_of_a_mark() -> None:
    mark = "/srv/share/~$bệnh án.docx"
    large = record(mark, b"x" * 2_000, inode=3)
    assert left(modified(large, record(mark, b"x", inode=3))) == {mark}


def test_a_file_comes_again_under_the_name_of_a_moment_and_stays() -> None:
    path = "/srv/share/x.tmp"
    came = record(path, b"one", inode=1)
    again = added(record(path, b"evil", inode=2))
    assert path in left(added(came), removed(came), again)


def test_a_strangers_part_of_what_dpkg_puts_beside_is_not_dpkgs() -> None:
    beside = record("/usr/bin/x.dpkg-new", b"evil", inode=1)
    new = modified(record("/usr/bin/x", b"old"), record("/usr/bin/x", b"new"), DPKG)
    found = left(added(beside, SOMEBODY), removed(beside, SOMEBODY), new)
    assert "/usr/bin/x" in found


@pytest.mark.parametrize(
    "fields", [{"mode": 0o104755}, {"mode": 0o100755}, {"links": 2}, {"mode": 0o040755}]
)
def test_a_canary_comes_again_as_more_than_a_document(fields: dict[str, int]) -> None:
    path = "/srv/share/a canary.docx"
    plain = record(path, b"ours")
    ours = Canary(path.encode(), b"/srv/share", plain.sha256 or b"")
    context = Context(LATER, canaries={ours.path: ours})
    assert not unexplained(explain([added(plain)], context))
    assert unexplained(explain([added(replace(plain, **fields))], context)) == {path}


def test_one_change_in_a_crowd_is_counted_and_can_be_listed() -> None:
    """The crowd is folded; a program that got root's rights in it keeps its own line."""
    crowd = [added(record(f"/srv/share/{number}", b"x")) for number in range(400)]
    program = record("/srv/share/tool", b"x", mode=0o104755)
    explained = told([*crowd, added(program)], Context(LATER))
    assert "/srv/share/tool" in unexplained(explained)
    assert len(by_path(explained)) == 401
    counted = sum(entry.event.counts.get(EventKind.ADDED, 1) for entry in explained.events)
    assert counted == 401
