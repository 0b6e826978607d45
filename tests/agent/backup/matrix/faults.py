"""Silent faults: what restic, a site or the world does while exit codes stay 0, or say little."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace as changed

from agent.backup.records.site_facts import Structure
from demo import ssh_site
from tests.agent.backup.matrix.ground import (
    Act,
    Ground,
    back_up,
    back_up_as_it_is,
    only_look,
    read_all,
    read_due,
)
from tests.agent.backup.matrix.objects import (
    damage,
    delete,
    flip,
    newest_pack,
    truncate,
)
from wire.verdicts import BackupVerdict, Cause

RED, DEGRADED, UNKNOWN = BackupVerdict.RED, BackupVerdict.DEGRADED, BackupVerdict.UNKNOWN


@dataclass(frozen=True)
class Fault:
    """What is broken, what is done then, and what must be said of it.

    `at`: the site that must bear the cause; empty: the dataset itself.
    """

    name: str
    breaks: Callable[[Ground], None]
    act: Act
    cause: Cause
    at: str = ""
    verdict: BackupVerdict = DEGRADED


def _source_gone(ground: Ground) -> None:
    ground.share.rename(ground.root / "elsewhere-now")


def _source_empty(ground: Ground) -> None:
    shutil.rmtree(ground.share)
    ground.share.mkdir()


def _source_shrunk(ground: Ground) -> None:
    for file in sorted((ground.share / "hồ sơ").iterdir())[3:]:
        file.unlink()


def _contents_gone(ground: Ground) -> None:
    for file in (ground.share / "hồ sơ").iterdir():
        file.write_bytes(b"")
    (ground.share / "large.bin").write_bytes(b"")


def _restic(script: str) -> Callable[[Ground], None]:
    return lambda ground: ground.instead_of_restic(script)


def _on(verb: str, then: str) -> Callable[[Ground], None]:
    return _restic(f'case " $* " in *" {verb} "*) {then} ;; esac')


def _gone(site: str) -> Callable[[Ground], None]:
    return lambda ground: shutil.rmtree(_place(ground, site))


def _emptied(site: str) -> Callable[[Ground], None]:
    def empty(ground: Ground) -> None:
        for name in ("config", "data", "index", "keys", "snapshots"):
            one = _place(ground, site) / name
            shutil.rmtree(one) if one.is_dir() else one.unlink()

    return empty


def _place(ground: Ground, site: str) -> Path:
    return ground.a if site == "a" else ground.b


def _password(text: str | None) -> Callable[[Ground], None]:
    def change(ground: Ground) -> None:
        file = ground.facility.sites[0].repository.password_file
        file.unlink() if text is None else file.write_text(text)

    return change


def _reconfigure(ground: Ground, **fields: object) -> None:
    near, far = ground.facility.configured
    object.__setattr__(ground.facility, "configured", (near, changed(far, **fields)))


def _b_is_off(ground: Ground) -> None:
    _reconfigure(ground, port=ssh_site.free_port())


def _b_has_another_host_key(ground: Ground) -> None:
    file = ground.root / "other_hosts"
    words = ground.site_b.known_hosts_file.read_text().split()
    other = (ground.site_b.folder / "agent_key.pub").read_text().split()
    file.write_text(f"{words[0]} {other[0]} {other[1]}\n")
    _reconfigure(ground, known_hosts_file=file)


def _b_serves_a(ground: Ground) -> None:
    """Somebody "saved space": B's folder is a link to A's."""
    shutil.rmtree(ground.b)
    ground.b.symlink_to(ground.a)


def _newest_dropped(site: str) -> Callable[[Ground], None]:
    def drop(ground: Ground) -> None:
        (_place(ground, site) / "snapshots" / ground.newest(site)).unlink()

    return drop


def _all_dropped(site: str) -> Callable[[Ground], None]:
    def drop(ground: Ground) -> None:
        for file in (_place(ground, site) / "snapshots").iterdir():
            file.unlink()

    return drop


def _companions_dropped(site: str) -> Callable[[Ground], None]:
    """Of a tree that stays as it is, so that the next run needs no new one."""

    def drop(ground: Ground) -> None:
        back_up_as_it_is(ground)
        points = ground.facility.records.points("share", site)
        for companion in {point.companion for point in points if point.companion}:
            (_place(ground, site) / "snapshots" / companion).unlink()

    return drop


def _pack(site: str, how: Callable[[Path], None]) -> Callable[[Ground], None]:
    return lambda ground: how(newest_pack(_place(ground, site)))


def _index(site: str) -> Callable[[Ground], None]:
    def drop(ground: Ground) -> None:
        for file in (_place(ground, site) / "index").iterdir():
            file.unlink()
        shutil.rmtree(ground.workplace.folder / "cache", ignore_errors=True)

    return drop


def _object(site: str, folder: str) -> Callable[[Ground], None]:
    """One bit of an index or a snapshot; this host has the good one in its cache."""

    def change(ground: Ground) -> None:
        flip(max((_place(ground, site) / folder).iterdir(), key=lambda file: file.stat().st_size))

    return change


def _a_week_ago(ground: Ground) -> None:
    """Every pack was read lately, so that only the structure is looked at."""
    before = ground.clock.now() - timedelta(days=8)
    ground.facility.records.site_facts().put("b", Structure(), before)
    _object("b", "index")(ground)


def _keys(site: str) -> Callable[[Ground], None]:
    def drop(ground: Ground) -> None:
        for file in (_place(ground, site) / "keys").iterdir():
            file.unlink()

    return drop


def _config(site: str, how: Callable[[Path], None]) -> Callable[[Ground], None]:
    return lambda ground: how(_place(ground, site) / "config")


def _long_unread(check: str) -> Callable[[Ground], None]:
    """The last reading counts no more, and the next one ends well without having read."""

    def prepare(ground: Ground) -> None:
        long_ago = ground.clock.now() - timedelta(days=31)
        for site in ("a", "b"):
            ground.facility.records.verified("share", site, long_ago)
            ledger = ground.facility.records.pack_ledger(site)
            ledger.read([pack.id for pack in ledger.packs()], long_ago)
        _on("check", check)(ground)

    return prepare


def _time_passed(**span: float) -> Callable[[Ground], None]:
    def pass_(ground: Ground) -> None:
        ground.clock.by = timedelta(**span)

    return pass_


def _dated(ground: Ground) -> None:
    """The server's clock was four years ahead while it saved."""
    ground.instead_of_restic(
        'for word; do shift; set -- "$@" "$word"\n'
        '  [ "$word" = backup ] && set -- "$@" --time "2030-11-22 00:00:00"\ndone'
    )


def _temporary_full(ground: Ground) -> None:
    ground.instead_of_restic(
        'case " $* " in *" backup "*) '
        'echo "Fatal: open $TMPDIR/restic-temp-pack-1: no space left on device" >&2; exit 1 ;; esac'
    )


def _disk_full(ground: Ground) -> None:
    ground.instead_of_restic(
        'case "$RESTIC_REPOSITORY_FILE $* " in *a.repository*" backup "*) '
        'echo "Fatal: write /nas/data/aa/x: no space left on device" >&2; exit 1 ;; esac'
    )


def _half_a_listing(ground: Ground) -> None:
    """`snapshots` is cut off, as by a full pipe, and ends well."""
    ground.instead_of_restic(
        'case " $* " in *" snapshots "*) "$REAL" "$@" | head -c 100; exit 0 ;; esac'
    )


def _nothing_listed(site: str) -> Callable[[Ground], None]:
    return _restic(
        f'case "$RESTIC_REPOSITORY_FILE $* " in *{site}.repository*" snapshots "*) '
        "echo '[]'; exit 0 ;; esac"
    )


def _one_left_out(ground: Ground) -> None:
    """A file that cannot be read is left out; restic saves the rest and ends with 3."""
    error = '{"message_type":"error","error":{},"during":"archival","item":"/x"}'
    ground.instead_of_restic(
        f'case " $* " in *" backup "*) "$REAL" "$@"; echo \'{error}\' >&2; exit 3 ;; esac'
    )


def _content_swapped(ground: Ground) -> None:
    """B shows the point's name and time over another tree."""
    ground.instead_of_restic(
        'case "$RESTIC_REPOSITORY_FILE $* " in *b.repository*" snapshots "*) '
        '"$REAL" "$@" | sed -E \'s/"tree":"[0-9a-f]{8}/"tree":"00000000/g\'; exit 0 ;; esac'
    )


def _exclusive_lock(site: str) -> Callable[[Ground], None]:
    """Somebody prunes there, and goes on."""
    return _restic(
        f'case "$RESTIC_REPOSITORY_FILE $* " in *{site}.repository*" backup "*|'
        f'*{site}.repository*" copy "*) echo "unable to create lock in backend: repository is '
        'already locked exclusively by PID 1 on other" >&2; exit 1 ;; esac'
    )


_NO_SUMMARY = '"$REAL" "$@" | grep -v summary; exit 0'
_DRY = (
    'for word; do shift; set -- "$@" "$word"; [ "$word" = backup ] && set -- "$@" --dry-run; done'
)
_READS_NONE = 'echo "read group #1 of 0 data packs (out of total 0 packs in 1 groups)"; exit 0'
_PANIC = (
    'echo "panic: runtime error: slice bounds out of range" >&2; echo "goroutine 1" >&2; exit 2'
)

FAULTS = (
    Fault("source folder gone", _source_gone, back_up, Cause.SOURCE_MISSING),
    Fault("source is an empty mount point", _source_empty, back_up, Cause.SOURCE_SHRUNK),
    Fault("most files gone", _source_shrunk, back_up_as_it_is, Cause.SOURCE_SHRUNK),
    Fault("all contents gone", _contents_gone, back_up_as_it_is, Cause.SOURCE_SHRUNK),
    Fault("a file left out, exit 3", _one_left_out, back_up, Cause.SOURCE_UNREADABLE),
    Fault(
        "saved without a summary",
        _on("backup", _NO_SUMMARY),
        back_up,
        Cause.RESTIC_FAILED,
        "a",
        UNKNOWN,
    ),
    Fault("only a dry run", _restic(_DRY), back_up, Cause.RESTIC_FAILED, "a", UNKNOWN),
    Fault(
        "exit 0, nothing done", _on("backup", "exit 0"), back_up, Cause.RESTIC_FAILED, "a", UNKNOWN
    ),
    Fault(
        "an unknown exit code", _on("backup", "exit 42"), back_up, Cause.RESTIC_FAILED, "a", UNKNOWN
    ),
    Fault("a panic", _on("backup", _PANIC), back_up, Cause.RESTIC_CRASHED, "a", UNKNOWN),
    Fault("killed", _on("backup", "kill -9 $$"), back_up, Cause.CANCELLED, "a"),
    Fault("copy does nothing", _on("copy", "exit 0"), back_up, Cause.NOT_READ_BACK, "b"),
    Fault("listing cut off", _half_a_listing, back_up, Cause.RESTIC_FAILED, "a", UNKNOWN),
    Fault("A lists nothing", _nothing_listed("a"), back_up, Cause.SNAPSHOTS_VANISHED, "a"),
    Fault("B lists nothing", _nothing_listed("b"), back_up, Cause.SNAPSHOTS_VANISHED, "b"),
    Fault("B shows another tree", _content_swapped, back_up, Cause.CONTENT_DIFFERS, "b"),
    Fault("A emptied", _emptied("a"), back_up, Cause.NO_REPOSITORY, "a"),
    Fault("A's folder gone", _gone("a"), back_up, Cause.NO_REPOSITORY, "a"),
    Fault("B emptied", _emptied("b"), back_up, Cause.NO_REPOSITORY, "b"),
    Fault("B's folder gone", _gone("b"), back_up, Cause.NO_REPOSITORY, "b"),
    Fault("B is a link to A", _b_serves_a, back_up, Cause.BAD_KEY, "b"),
    Fault("another password at A", _password("another\n"), back_up, Cause.BAD_KEY, "a"),
    Fault("no password for A", _password(None), back_up, Cause.BAD_KEY, "a"),
    Fault("A's keys gone", _keys("a"), back_up, Cause.BAD_KEY, "a"),
    Fault("B's keys gone", _keys("b"), back_up, Cause.BAD_KEY, "b"),
    Fault("B switched off", _b_is_off, back_up, Cause.SITE_UNREACHABLE, "b"),
    Fault("B is another machine", _b_has_another_host_key, back_up, Cause.HOST_KEY_CHANGED, "b"),
    Fault("A's newest point gone", _newest_dropped("a"), back_up, Cause.SNAPSHOTS_VANISHED, "a"),
    Fault("B's newest point gone", _newest_dropped("b"), back_up, Cause.SNAPSHOTS_VANISHED, "b"),
    Fault("all of A's points gone", _all_dropped("a"), back_up, Cause.SNAPSHOTS_VANISHED, "a"),
    Fault("all of B's points gone", _all_dropped("b"), back_up, Cause.SNAPSHOTS_VANISHED, "b"),
    Fault(
        "A's companion gone",
        _companions_dropped("a"),
        back_up_as_it_is,
        Cause.NO_MANIFEST,
        "a",
    ),
    Fault(
        "B's companion gone",
        _companions_dropped("b"),
        back_up_as_it_is,
        Cause.NO_MANIFEST,
        "b",
    ),
    Fault("A's pack flipped", _pack("a", flip), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("A's pack truncated", _pack("a", truncate), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("A's pack deleted", _pack("a", delete), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("B's pack flipped", _pack("b", flip), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("B's pack truncated", _pack("b", truncate), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("B's pack deleted", _pack("b", delete), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("A's index gone", _index("a"), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("B's index gone", _index("b"), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("A's index flipped", _object("a", "index"), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("B's index flipped", _object("b", "index"), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("A's point flipped", _object("a", "snapshots"), read_all, Cause.REPOSITORY_DAMAGED, "a"),
    Fault("B's point flipped", _object("b", "snapshots"), read_all, Cause.REPOSITORY_DAMAGED, "b"),
    Fault("B's index flipped, nothing due", _a_week_ago, read_due, Cause.REPOSITORY_DAMAGED, "b"),
    Fault(
        "A's configuration damaged", _config("a", damage), back_up, Cause.REPOSITORY_DAMAGED, "a"
    ),
    Fault("check says nothing", _long_unread("exit 0"), read_all, Cause.UNVERIFIED, "a"),
    Fault(
        "check reads no pack",
        _on("check", _READS_NONE),
        read_all,
        Cause.REPOSITORY_DAMAGED,
        "a",
        RED,
    ),
    Fault("a day without a run", _time_passed(days=1), only_look, Cause.STALE, "a", RED),
    Fault("the clock runs behind", _time_passed(days=-2), only_look, Cause.CLOCK, "a", UNKNOWN),
    Fault("four years ahead", _time_passed(days=1461), only_look, Cause.STALE, "a", RED),
    Fault("saved with a wrong clock", _dated, back_up, Cause.CLOCK, "a", UNKNOWN),
    Fault("temporary folder full", _temporary_full, back_up, Cause.NO_SPACE, "a"),
    Fault("disk full at A", _disk_full, back_up, Cause.DISK_FULL, "a"),
    Fault("A is being pruned", _exclusive_lock("a"), back_up, Cause.LOCKED, "a"),
    Fault("B is being pruned", _exclusive_lock("b"), back_up, Cause.LOCKED, "b"),
)
