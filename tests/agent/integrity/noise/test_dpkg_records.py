"""dpkg's and apt's own records are read as they are, and forged lines say nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.integrity.noise.packages import apt_history, dpkg_log, words
from agent.integrity.noise.packages.lists import diversions_of, paths_of, stanzas_of, sums_of
from agent.integrity.noise.packages.ownership import Listed, owned_paths
from agent.integrity.noise.packages.state import PackageChange, Transaction
from agent.integrity.noise.packages.transactions import transactions

LOG = """\
2026-11-22 04:04:20 startup archives unpack
2026-11-22 04:04:20 upgrade login:amd64 1:4.13-1 1:4.13-2
2026-11-22 04:04:20 status half-configured login:amd64 1:4.13-1
2026-11-22 04:04:21 install uidmap:amd64 <none> 1:4.13-2
2026-11-22 04:04:24 startup packages configure
2026-11-22 04:04:24 configure login:amd64 1:4.13-2 <none>
2026-11-22 04:04:25 trigproc man-db:amd64 2.11.2-2 <none>
2026-11-22 04:30:00 startup packages remove
2026-11-22 04:30:00 remove old:all 3 <none>
"""
HISTORY = """
Start-Date: 2026-11-22  04:04:19
Commandline: apt-get install -y uidmap
Install: uidmap:amd64 (1:4.13-2)
End-Date: 2026-11-22  04:04:26

Start-Date: 2026-11-22  05:00:00
"""


def utc(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)


def read(log: str, history: str = "") -> tuple[Transaction, ...]:
    runs = tuple(apt_history.parse(history, utc))
    return transactions(dpkg_log.parse(log, utc), runs)


def test_one_run_of_apt_is_one_transaction() -> None:
    first, second = read(LOG, HISTORY)
    assert first.by_apt
    assert not second.by_apt
    assert list(first.changes.values()) == [
        PackageChange("login:amd64", "1:4.13-1", "1:4.13-2"),
        PackageChange("uidmap:amd64", "", "1:4.13-2"),
    ]
    assert second.changes == {"old:all": PackageChange("old:all", "3", "")}
    assert first.ended_at - first.began_at == timedelta(seconds=5)


UPGRADED = """\
2026-11-22 04:04:20 upgrade a:all 1 2
2026-11-22 04:04:20 status half-configured a:all 1
2026-11-22 04:04:21 status unpacked a:all 1
2026-11-22 04:04:21 status half-installed a:all 1
2026-11-22 04:04:25 status unpacked a:all 2
2026-11-22 04:04:26 configure a:all 2 <none>
2026-11-22 04:04:26 status unpacked a:all 2
2026-11-22 04:04:26 status half-configured a:all 2
2026-11-22 04:04:28 status triggers-pending a:all 2
2026-11-22 04:04:30 status installed a:all 2
2026-11-22 04:04:30 status installed man-db:amd64 2.11
"""


def at(minutes: int, seconds: int) -> datetime:
    return datetime(2026, 11, 22, 4, minutes, seconds, tzinfo=UTC)


def test_when_a_package_was_unpacked_and_configured_is_known() -> None:
    (only,) = read(UPGRADED)
    assert list(only.changes.values()) == [PackageChange("a:all", "1", "2", at(4, 25), at(4, 28))]
    (again,) = read(UPGRADED.replace("a:all 1", "a:all 2"))
    assert again.changes["a:all"] == PackageChange("a:all", "2", "2", at(4, 25), at(4, 28))
    assert again.changes["a:all"].is_again


def test_what_is_only_configured_was_not_unpacked() -> None:
    (only,) = read("".join(UPGRADED.splitlines(keepends=True)[5:]))
    assert only.changes["a:all"] == PackageChange("a:all", "2", "2", None, at(4, 28))
    assert not only.changes["a:all"].is_again


def test_lines_that_somebody_adds_move_no_moment_of_a_transaction() -> None:
    added = UPGRADED + "".join(
        f"2026-11-22 04:10:00 {line}\n"
        for line in (
            "status half-installed a:all 2",
            "status unpacked a:all 2",
            "status installed a:all 2",
        )
    )
    (only,) = read(added)
    assert only.changes["a:all"] == PackageChange("a:all", "1", "2", at(4, 25), at(4, 28))
    first, forged = read(UPGRADED + UPGRADED.replace("04:04:", "04:10:"))
    assert first.ended_at == at(4, 30)
    assert forged.began_at == at(10, 20)


def test_dpkg_alone_is_divided_by_its_pauses() -> None:
    assert [one.by_apt for one in read(LOG)] == [False, False]


def test_a_clock_that_is_set_back_divides_and_breaks_nothing() -> None:
    back = LOG + "2025-11-22 04:30:00 startup archives unpack\n"
    assert [len(one.changes) for one in read(back)] == [2, 1, 0]


def test_what_dpkg_would_not_write_says_nothing() -> None:
    forged = (
        "2026-11-22 04:04:20 upgrade evil\x1b[2J:amd64 1 2\n"
        "2026-11-22 04:04:20 upgrade a b c d\n"
        "2026-13-45 04:04:20 upgrade sudo:amd64 1 2\n"
        "2026-11-22 04:04:20 upgrade ../../etc 1 2\n"
        "2026-11-22 04:04:20 upgrade sudo:amd64 $(x) 2\n"
        " 2026-11-22 04:04:20 upgrade sudo:amd64 1 2\n"
    )
    assert [dict(one.changes) for one in read(forged)] == [{}]


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    for source in (text, LOG + text):
        read(source, source)
    sums_of(text)
    diversions_of(text)
    list(paths_of(text))
    list(stanzas_of(text, {"a"}))


STATUS = """\
Package: login
Status: install ok installed
Architecture: amd64
Version: 1:4.13-2
Conffiles:
 /etc/login.defs 0123456789abcdef0123456789abcdef
 /etc/gone.conf 0123456789abcdef0123456789abcdef obsolete
Description: tools
 /etc/evil 0123456789abcdef0123456789abcdef

Package: other
Status: deinstall ok config-files
Architecture: all
Version: 2
"""


def test_sums_of_configuration_files_stand_in_the_status() -> None:
    (login,) = stanzas_of(STATUS, {"login"})
    assert login.conffiles == {"/etc/login.defs": "0123456789abcdef0123456789abcdef"}
    assert (login.version, login.present) == ("1:4.13-2", True)
    (other,) = stanzas_of(STATUS, {"other"})
    assert not other.present


def test_whose_a_path_is_knows_diversions_and_merged_folders() -> None:
    diversions = diversions_of("/bin/sh\n/bin/sh.distrib\ndash\n")
    bash = Listed("bash:amd64", ("/bin/sh", "/bin"), {"/bin/sh": "1"})
    dash = Listed("dash:amd64", ("/bin/sh", "/etc/x"), {})
    owned = owned_paths([bash, dash], diversions, frozenset({"bin"}), b"/root")
    assert {path: one.package for path, one in owned.items()} == {
        b"/root/usr/bin/sh.distrib": "bash:amd64",
        b"/root/bin": "bash:amd64",
        b"/root/usr/bin/sh": "dash:amd64",
        b"/root/etc/x": "dash:amd64",
    }
    assert owned[b"/root/usr/bin/sh.distrib"].md5 == "1"


def test_a_transaction_is_told_with_its_packages_and_versions() -> None:
    many = {str(one): PackageChange(f"p{one}", "", "1") for one in range(25)}
    when = datetime(2026, 1, 1, tzinfo=UTC)
    text = words.of_transaction(Transaction(when, when, many, by_apt=False))
    assert text.startswith("dpkg: p0 - → 1, p1 - → 1, ")
    assert text.endswith(", +5")
    assert words.of_package(PackageChange("a", "1", "")) == "a 1 → -"
    assert words.of_package(PackageChange("a", "1", "1")) == "a 1"
