"""What a package transaction explains, and what it must not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import msgpack

from agent.files.record import FileRecord
from agent.integrity.events.event import EventKind
from agent.integrity.noise.context import Context
from agent.integrity.noise.packages.state import Owned, PackageChange, Packages, Transaction
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who
from tests.agent.integrity.noise.making import (
    DPKG,
    FOLDER,
    LATER,
    LINK,
    NOON,
    RUN,
    SCRIPT,
    SOMEBODY,
    WRITTEN_NS,
    Disk,
    added,
    by_path,
    md5,
    modified,
    of_code,
    record,
    removed,
    renamed,
    told,
    unexplained,
)

SSHD, CONF = "/usr/sbin/sshd", "/etc/ssh/sshd_config"
UPGRADE = Transaction(
    NOON - timedelta(seconds=10),
    NOON,
    {"openssh-server:amd64": PackageChange("openssh-server:amd64", "9.1", "9.2", NOON, NOON)},
    by_apt=True,
)
OWNED = {
    SSHD.encode(): Owned("openssh-server:amd64", md5(b"new")),
    CONF.encode(): Owned("openssh-server:amd64", md5(b"conf")),
    b"/usr/lib/ssh": Owned("openssh-server:amd64"),
    b"/usr/lib/ssh/link": Owned("openssh-server:amd64"),
}
RECORDED_NS = WRITTEN_NS + 10**9
OVER = Packages(running=False, transactions=(UPGRADE,), owned=OWNED, recorded_ns=RECORDED_NS)
DISK = Disk({SSHD: b"new", CONF: b"conf"})
NEW = modified(record(SSHD, b"old", mode=RUN), record(SSHD, b"new", mode=RUN), DPKG)
CAPABILITY = msgpack.encode({b"security.capability": b"=1"})
ACL = msgpack.encode({b"system.posix_acl_access": b"=1"})
WHOS = pytest.mark.parametrize("who", [DPKG, None], ids=["by dpkg", "by nobody knows whom"])


def after_upgrade(*seens: Seen, disk: Disk = DISK, packages: Packages = OVER) -> set[str]:
    """The paths that stay unexplained."""
    return unexplained(told(seens, Context(LATER, packages), disk))


@WHOS
def test_a_file_with_its_packages_own_sum_is_explained(who: Who | None) -> None:
    old, new = record(SSHD, b"old", mode=RUN), record(SSHD, b"new", mode=RUN)
    explained = told([modified(old, new, who)], Context(LATER, OVER), DISK)
    (entry,) = explained.events
    assert entry.event.explained_by == "package"
    assert entry.event.explanation == "apt: openssh-server:amd64 9.1 → 9.2"
    assert not explained.still_waiting


@WHOS
def test_another_content_stays_visible(who: Who | None) -> None:
    evil = modified(record(SSHD, b"old", mode=RUN), record(SSHD, b"evil", mode=RUN), who)
    assert after_upgrade(evil, disk=Disk({SSHD: b"evil"})) == {SSHD}


def test_a_content_that_changed_again_before_it_was_read_proves_nothing() -> None:
    assert after_upgrade(NEW, disk=Disk({SSHD: b"later"})) == {SSHD}


def test_what_cannot_be_read_is_not_explained() -> None:
    assert after_upgrade(NEW, disk=Disk()) == {SSHD}


def test_another_program_is_not_explained_though_the_sum_fits() -> None:
    same = modified(record(SSHD, b"old", mode=RUN), record(SSHD, b"new", mode=RUN), SOMEBODY)
    assert after_upgrade(same) == {SSHD}


def test_somebody_who_touched_it_beside_dpkg_is_not_overlooked() -> None:
    touched = Seen(NEW.change, NEW.watched, NEW.at, None, DPKG, others=(SOMEBODY,))
    assert after_upgrade(touched) == {SSHD}


@pytest.mark.parametrize(
    "exe",
    [
        "/home/an/dpkg",
        "/home/an/usr/bin/dpkg",
        "dpkg",
        "/usr/local/bin/dpkg",
        "/usr/bin/dpkg ",
        "[dpkg]",
    ],
)
def test_a_program_that_is_only_named_dpkg_is_a_stranger(exe: str) -> None:
    forged = Who(uid=1000, login_uid=1000, pid=9, exe=exe, command="dpkg -i", parents=(exe,))
    assert after_upgrade(modified(record(SSHD, b"old"), record(SSHD, b"new"), forged)) == {SSHD}


def test_a_process_whose_program_is_not_known_leaves_it_to_the_content() -> None:
    unknown = Who(uid=0, login_uid=None, pid=9, exe="", parents=("",))
    old, new = record(SSHD, b"old", mode=RUN), record(SSHD, b"new", mode=RUN)
    assert not after_upgrade(modified(old, new, unknown))
    evil = modified(old, record(SSHD, b"evil", mode=RUN), unknown)
    assert after_upgrade(evil, disk=Disk({SSHD: b"evil"})) == {SSHD}
    assert after_upgrade(NEW, added(record("/etc/ld.so.cache"), unknown)) == {"/etc/ld.so.cache"}


DEB, TAR = "/usr/bin/dpkg-deb", "/usr/bin/tar"


@pytest.mark.parametrize(
    ("chain", "explained"),
    [
        ((DEB, "/usr/bin/dpkg", "/usr/bin/apt-get"), True),
        ((TAR, DEB, "/usr/bin/dpkg"), True),
        ((TAR, DEB, DEB, "/usr/bin/dpkg"), True),
        ((TAR, "/usr/bin/dpkg"), False),
        ((TAR, "/usr/bin/dash", "/usr/bin/dpkg"), False),
        ((DEB, "/usr/bin/dash", "/usr/bin/dpkg"), False),
        ((TAR, DEB, "/usr/bin/bash"), False),
        ((DEB,), False),
        ((TAR,), False),
    ],
)
def test_what_is_unpacked_is_dpkgs_only_when_nothing_stands_between(
    chain: tuple[str, ...], *, explained: bool
) -> None:
    unpacks = Who(uid=0, login_uid=None, pid=9, exe=chain[0], parents=chain[1:])
    script = "/var/lib/dpkg/info/openssh-server.postinst"
    made = added(record(script, b"#!/bin/sh", mode=RUN), unpacks)
    assert after_upgrade(NEW, made) == (set() if explained else {script})


def test_dpkg_that_replaces_itself_is_still_dpkg() -> None:
    replaced = Who(uid=0, login_uid=None, pid=9, exe="/usr/bin/dpkg (deleted)")
    assert not after_upgrade(modified(record(SSHD, b"old"), record(SSHD, b"new"), replaced))


def test_a_client_of_a_share_is_never_dpkg() -> None:
    client = Who(uid=0, login_uid=None, pid=9, exe="/usr/bin/dpkg", client_address="10.0.0.9")
    assert after_upgrade(modified(record(SSHD, b"old"), record(SSHD, b"new"), client)) == {SSHD}


@WHOS
@pytest.mark.parametrize(
    "changed",
    [
        record(SSHD, b"new", mode=0o104755),
        record(SSHD, b"new", mode=0o102755),
        record(SSHD, b"new", mode=0o100666),
        record(SSHD, b"new", mode=RUN, uid=1000),
        record(SSHD, b"new", mode=RUN, gid=1000),
        record(SSHD, b"new", mode=RUN, attributes=msgpack.encode({b"security.capability": b"=1"})),
        record(
            SSHD, b"new", mode=RUN, attributes=msgpack.encode({b"system.posix_acl_access": b"=1"})
        ),
        record(SSHD, b"new", mode=RUN, attributes=b""),
    ],
    ids=["setuid", "setgid", "written by all", "owner", "group", "capability", "acl", "not read"],
)
def test_the_right_content_with_other_powers_stays_visible(
    changed: FileRecord, who: Who | None
) -> None:
    before = record(SSHD, b"old", mode=RUN)
    assert after_upgrade(modified(before, changed, who)) == {SSHD}


@WHOS
def test_powers_that_it_had_before_are_explained(who: Who | None) -> None:
    before = record(SSHD, b"old", mode=0o104755)
    assert not after_upgrade(modified(before, record(SSHD, b"new", mode=0o104755), who))


def test_a_label_of_the_systems_policy_is_no_power() -> None:
    label = msgpack.encode({b"security.selinux": b"=bin_t"})
    labelled = record(SSHD, b"new", mode=RUN, attributes=label)
    assert not after_upgrade(modified(record(SSHD, b"old", mode=RUN), labelled, None))


def test_a_set_id_bit_that_is_added_to_the_installed_file_stays_visible() -> None:
    fresh = record(SSHD, b"new", mode=RUN)
    explained = told(
        [NEW, modified(fresh, record(SSHD, b"new", mode=0o104755), None)],
        Context(LATER, OVER),
        DISK,
    )
    assert [(one.event.kind, one.event.explained_by) for one in explained.events] == [
        (EventKind.MODIFIED, "package"),
        (EventKind.METADATA, ""),
    ]


def test_a_second_name_for_an_installed_file_stays_visible() -> None:
    fresh = record(SSHD, b"new", mode=RUN)
    linked = record(SSHD, b"new", mode=RUN, links=2)
    assert after_upgrade(modified(fresh, linked, None)) == {SSHD}


def test_a_change_after_the_transactions_own_is_told_beside_it() -> None:
    evil = modified(record(SSHD, b"new", mode=RUN), record(SSHD, b"evil", mode=RUN), SOMEBODY)
    explained = told([NEW, evil], Context(LATER, OVER), Disk({SSHD: b"evil"}))
    assert [one.event.explained_by for one in explained.events] == ["package", ""]


@WHOS
def test_a_file_of_no_package_stays_visible(who: Who | None) -> None:
    assert after_upgrade(NEW, added(record("/usr/sbin/sshd2", mode=RUN), who)) == {
        "/usr/sbin/sshd2"
    }


def test_a_file_of_a_package_outside_the_transaction_stays_visible() -> None:
    packages = Packages(
        running=False,
        transactions=(UPGRADE,),
        owned={SSHD.encode(): Owned("sudo:amd64", md5(b"new"))},
        recorded_ns=RECORDED_NS,
    )
    assert after_upgrade(NEW, packages=packages) == {SSHD}


SECOND_NS = 10**9
LATE = WRITTEN_NS + 7 * SECOND_NS  # the package was configured five seconds after the files came


@WHOS
@pytest.mark.parametrize(
    ("touched_ns", "recorded_ns", "explained"),
    [
        (WRITTEN_NS, WRITTEN_NS, True),
        (WRITTEN_NS, 0, False),
        (WRITTEN_NS, WRITTEN_NS - 1, False),
        (WRITTEN_NS - 5 * SECOND_NS, LATE, True),
        (WRITTEN_NS - 7 * SECOND_NS, LATE, False),
        (WRITTEN_NS + 5 * SECOND_NS, LATE, True),
        (WRITTEN_NS + 6 * SECOND_NS, LATE, False),
    ],
    ids=["fits", "no record", "after dpkg", "begun", "before dpkg", "configured", "later"],
)
def test_what_the_kernel_saw_touched_at_another_time_stays_visible(
    touched_ns: int, recorded_ns: int, who: Who | None, *, explained: bool
) -> None:
    new = record(SSHD, b"new", mode=RUN, ctime_ns=touched_ns)
    change = modified(record(SSHD, b"old", mode=RUN), new, who)
    packages = replace(OVER, recorded_ns=recorded_ns)
    assert after_upgrade(change, packages=packages) == (set() if explained else {SSHD})


def test_lines_that_are_added_to_the_log_make_no_time_longer() -> None:
    """The package was configured; what the log says of it later counts no more."""
    longer = replace(UPGRADE, ended_at=NOON + timedelta(minutes=30))
    packages = replace(OVER, transactions=(longer,), recorded_ns=LATE + 60 * SECOND_NS)
    conf = record(CONF, b"conf", ctime_ns=LATE + 20 * SECOND_NS)
    assert after_upgrade(modified(record(CONF, b"c"), conf), packages=packages) == {CONF}


@WHOS
def test_the_same_version_brings_no_other_content(who: Who | None) -> None:
    change = PackageChange("openssh-server:amd64", "9.2", "9.2", NOON, NOON)
    again = replace(OVER, transactions=(replace(UPGRADE, changes={change.name: change}),))
    other = modified(record(SSHD, b"old", mode=RUN), record(SSHD, b"new", mode=RUN), who)
    assert after_upgrade(other, packages=again) == {SSHD}
    same = modified(record(SSHD, b"new", mode=RUN, inode=1), record(SSHD, b"new", mode=RUN), who)
    assert not after_upgrade(same, packages=again)


def test_what_was_only_configured_brings_nothing_unless_dpkg_was_seen() -> None:
    change = PackageChange("openssh-server:amd64", "9.2", "9.2", None, NOON)
    configured = replace(OVER, transactions=(replace(UPGRADE, changes={change.name: change}),))
    for who, left in ((None, {CONF}), (DPKG, set[str]())):
        conf = modified(record(CONF, b"c"), record(CONF, b"conf"), who)
        assert after_upgrade(conf, packages=configured) == left


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_change_at_another_time_stays_visible(hours: int) -> None:
    at = NOON + timedelta(hours=hours)
    moved = modified(record(SSHD, b"old"), record(SSHD, b"new"), DPKG, at)
    assert unexplained(told([moved], Context(at + timedelta(hours=1), OVER), DISK)) == {SSHD}


def test_what_a_look_found_afterwards_may_belong_to_a_transaction_in_between() -> None:
    at = NOON + timedelta(hours=3)
    change = modified(record(SSHD, b"old"), record(SSHD, b"new")).change
    found = Seen(change, NEW.watched, at, NOON - timedelta(hours=3), None)
    assert not unexplained(told([found], Context(at + timedelta(minutes=1), OVER), DISK))
    early = Seen(change, NEW.watched, NOON - timedelta(hours=1), NOON - timedelta(hours=3), None)
    assert unexplained(told([early], Context(at, OVER), DISK)) == {SSHD}


@WHOS
def test_an_altered_configuration_file_stays_visible(who: Who | None) -> None:
    kept = modified(record(CONF, b"a"), record(CONF, b"conf"), who)
    altered = modified(record(CONF, b"a"), record(CONF, b"PermitRootLogin yes"), who)
    assert not after_upgrade(kept)
    assert after_upgrade(altered, disk=Disk({CONF: b"PermitRootLogin yes"})) == {CONF}


def test_configuration_files_that_dpkg_leaves_beside_are_proved_by_content() -> None:
    dist, old = f"{CONF}.dpkg-dist", f"{CONF}.dpkg-old"
    replaced = modified(record(CONF, b"mine"), record(CONF, b"conf"), DPKG)
    disk = Disk({CONF: b"conf", dist: b"conf", old: b"mine"})
    beside = [added(record(dist, b"conf")), added(record(old, b"mine"))]
    assert not after_upgrade(replaced, *beside, disk=disk)
    forged = Disk({CONF: b"conf", dist: b"evil", old: b"evil"})
    evil = [added(record(dist, b"evil")), added(record(old, b"evil"))]
    assert after_upgrade(replaced, *evil, disk=forged) == {dist, old}


def test_files_of_a_moment_while_dpkg_unpacks_are_explained_only_when_they_went() -> None:
    passing = record(f"{SSHD}.dpkg-new", b"half")
    assert not after_upgrade(added(passing, DPKG), removed(passing, DPKG))
    assert after_upgrade(added(passing, DPKG)) == {f"{SSHD}.dpkg-new"}


def test_a_file_unpacked_under_another_name_is_one_change() -> None:
    passing = record(f"{SSHD}.dpkg-new", b"new", mode=RUN, inode=7)
    final = record(SSHD, b"new", mode=RUN, inode=7)
    explained = told(
        [
            added(passing, DPKG),
            removed(passing, DPKG),
            modified(record(SSHD, b"old", mode=RUN), final, DPKG),
        ],
        Context(LATER, OVER),
        DISK,
    )
    (entry,) = explained.events
    assert (entry.event.kind, entry.event.path) == (EventKind.MODIFIED, SSHD.encode())
    assert not unexplained(explained)


def test_a_foreign_file_that_is_moved_onto_a_packages_path_stays_visible() -> None:
    moved = renamed(record("/home/an/x", b"new"), record(SSHD, b"new"), None)
    assert after_upgrade(moved) == {SSHD}


def test_a_removed_file_of_an_installed_package_stays_visible() -> None:
    assert after_upgrade(removed(record(SSHD), None)) == {SSHD}
    assert after_upgrade(removed(record(SSHD), DPKG)) == {SSHD}


def test_what_the_new_version_has_no_more_may_go() -> None:
    gone = "/usr/lib/ssh/gone"
    assert not after_upgrade(removed(record(gone), DPKG))
    former = Packages(
        running=False,
        transactions=(UPGRADE,),
        owned=OWNED,
        former={gone.encode(): "openssh-server:amd64"},
        recorded_ns=RECORDED_NS,
    )
    assert not after_upgrade(removed(record(gone)), packages=former)
    assert after_upgrade(removed(record(gone))) == {gone}
    assert after_upgrade(removed(record(gone), SOMEBODY), packages=former) == {gone}


def test_a_link_must_lead_to_what_the_packages_own_or_be_dpkgs() -> None:
    path = "/usr/lib/ssh/link"
    good = added(record(path, b"../../sbin/sshd", mode=LINK))
    evil = added(record(path, b"/tmp/evil", mode=LINK))
    assert not after_upgrade(good, disk=Disk({path: b"../../sbin/sshd"}))
    assert after_upgrade(evil, disk=Disk({path: b"/tmp/evil"})) == {path}
    assert after_upgrade(good, disk=Disk({path: b"/tmp/evil"})) == {path}
    by_dpkg = added(record(path, b"elsewhere", mode=LINK), DPKG)
    assert not after_upgrade(by_dpkg, disk=Disk())


def test_a_folder_is_a_packages_unless_its_powers_changed() -> None:
    folder = record("/usr/lib/ssh", None, mode=FOLDER)
    assert not after_upgrade(added(folder))
    assert after_upgrade(added(record("/usr/lib/ssh", None, mode=0o040777))) == {"/usr/lib/ssh"}


CACHE = "/etc/ld.so.cache"


def test_what_scripts_make_is_folded_apart() -> None:
    cache = modified(record(CACHE, b"1"), record(CACHE, b"2"), SCRIPT)
    explained = told([NEW, cache], Context(LATER, OVER), DISK)
    assert {one.event.explained_by for one in explained.events} == {"package", "package_script"}


@pytest.mark.parametrize("who", [None, SOMEBODY], ids=["unknown", "stranger"])
def test_what_scripts_make_needs_a_maker_that_is_known(who: Who | None) -> None:
    cache = modified(record(CACHE, b"1"), record(CACHE, b"2"), who)
    assert after_upgrade(NEW, cache) == {CACHE}


@pytest.mark.parametrize(
    "strange",
    [
        record("/etc/cron.d/x", b"* * * * * root x"),
        record("/etc/systemd/system/x.service", b"[Service]"),
        record("/etc/passwd", b"x"),
        record("/etc/ssl/certs/ca-certificates.crt", b"x"),
        record("/usr/lib/python3/__pycache__/x.pyc", b"x", mode=0o104755),
        record("/usr/lib/python3/__pycache__/y.pyc", b"x", uid=1000),
        record("/usr/lib/python3/x.py", b"x"),
        record("/boot/initrd.img-6.1/../../etc/shadow", b"x"),
    ],
    ids=lambda one: one.path.decode(),
)
def test_scripts_are_not_believed_everything(strange: FileRecord) -> None:
    assert after_upgrade(NEW, added(strange, SCRIPT)) == {strange.path.decode()}


def test_an_alternative_is_known_by_where_it_leads() -> None:
    path = "/usr/bin/editor"
    good, evil = b"/etc/alternatives/editor", b"/tmp/editor"
    link = added(record(path, good, mode=LINK), SCRIPT)
    assert not after_upgrade(NEW, link, disk=Disk({SSHD: b"new", path: good}))
    bad = added(record(path, evil, mode=LINK), SCRIPT)
    assert after_upgrade(NEW, bad, disk=Disk({SSHD: b"new", path: evil})) == {path}


RUNNING = Packages(running=True, transactions=(UPGRADE,))


def test_while_dpkg_works_its_files_wait_and_strangers_do_not() -> None:
    stranger = modified(record("/usr/bin/x"), record("/usr/bin/x", b"evil"), SOMEBODY)
    share = added(record("/srv/share/a.docx"))
    now = NOON + timedelta(seconds=1)
    explained = told([NEW, stranger, share], Context(now, RUNNING), DISK)
    assert explained.still_waiting == (NEW,)
    assert by_path(explained) == {"/usr/bin/x": "", "/srv/share/a.docx": ""}


def test_a_lock_that_is_held_for_ever_hides_nothing_for_ever() -> None:
    evil = modified(record(SSHD, b"old"), record(SSHD, b"evil"), None)
    explained = told([evil], Context(NOON + timedelta(minutes=16), RUNNING), DISK)
    assert unexplained(explained) == {SSHD}


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_set_ends_the_waiting(days: int) -> None:
    evil = modified(record(SSHD, b"old"), record(SSHD, b"evil"), None)
    explained = told([evil], Context(NOON + timedelta(days=days), RUNNING), DISK)
    assert unexplained(explained) == {SSHD}


def test_one_transaction_is_one_event_with_exact_counts_and_members() -> None:
    paths = [f"/usr/share/ssh/{number}" for number in range(1_200)]
    owned = {path.encode(): Owned("openssh-server:amd64", md5(path.encode())) for path in paths}
    disk = Disk({path: path.encode() for path in paths})
    seens = [added(record(path, path.encode()), DPKG) for path in paths]
    foreign = added(record("/usr/share/ssh/evil", b"evil"), SOMEBODY)
    explained = told(
        [*seens, foreign],
        Context(LATER, replace(OVER, owned=owned)),
        disk,
    )
    (entry,) = of_code(explained, "package")
    assert entry.event.counts == {EventKind.ADDED: 1_200}
    assert len(entry.members) == entry.event.files == 1_200
    assert entry.event.path == b"/usr/share/ssh"
    assert entry.event.who == DPKG
    assert unexplained(explained) == {"/usr/share/ssh/evil"}


def test_a_transaction_that_was_just_over_waits_for_the_rest_of_it() -> None:
    explained = told([NEW], Context(NOON + timedelta(seconds=1), OVER), DISK)
    assert explained.still_waiting == (NEW,)
    assert not explained.events
    assert explained.ask_again_at is not None
