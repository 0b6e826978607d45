"""A real dpkg installs and upgrades, a real ledger looks; what is foreign stays visible."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Watched
from agent.files.ledger import Ledger, open_ledger
from agent.host.local import LocalHost
from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.roots import roots_of
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.explainer import Explainer
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import by_path, md5, of_code, unexplained
from tests.real.debian_packages import Content, DebianRoot, build, empty_root

V1: dict[str, Content] = {
    "/usr/bin/kham": b"one",
    "/usr/lib/kham/a": b"a",
    "/usr/lib/kham/link": Path("a"),
    "/usr/lib/kham/gone": b"gone",
    "/etc/kham.conf": b"c = 1\n",
}
V2: dict[str, Content] = {
    "/usr/bin/kham": b"two",
    "/usr/lib/kham/a": b"b",
    "/usr/lib/kham/link": Path("../../bin/kham"),
    "/usr/lib/kham/khoa nội": b"n",
    "/etc/kham.conf": b"c = 2\n",
}
CONFFILES = ("/etc/kham.conf",)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    return {
        "1.0": build(folder, "kham", "1.0", V1, CONFFILES),
        "1.1": build(folder, "kham", "1.1", V2, CONFFILES),
    }


@dataclass
class Machine:
    """A root that is watched by looks: who made a change is never known."""

    root: DebianRoot
    ledger: Ledger
    explainer: Explainer
    watched: Watched
    consumed: int = 0

    def look(self) -> tuple[Seen, ...]:
        self.ledger.refresh(self.watched.path)
        found = self.ledger.transitions(self.consumed, 10_000)
        self.consumed = found[-1].number if found else self.consumed
        return seen_of(found, Touches(), roots_of([self.watched]), {})

    def explain(self, seens: tuple[Seen, ...]) -> Explained:
        return self.explainer.explain(seens, datetime.now(UTC) + timedelta(seconds=4))

    def place(self, path: str) -> Path:
        return self.root.path / path.removeprefix("/")


@pytest.fixture
def machine(tmp_path: Path, built: Mapping[str, Path]) -> Iterator[Machine]:
    """Version 1.0 is installed, and known."""
    path = tmp_path / "root"
    root = empty_root(path)
    root.install(built["1.0"])
    earlier(root, hours=1)
    watched = Watched(path, ignore=("var",))
    with open_ledger(home_at(tmp_path / "home"), SystemClock()) as ledger:
        ledger.watch([path])
        machine = Machine(root, ledger, Explainer(LocalHost(path), path), watched)
        machine.look()
        yield machine


def earlier(root: DebianRoot, **so_much: float) -> None:
    """Let dpkg's log say that all of it happened earlier."""
    log = root.path / "var/log/dpkg.log"
    moment = f"{datetime.now() - timedelta(**so_much):%Y-%m-%d %H:%M:%S}"  # noqa: DTZ005
    lines = log.read_text().splitlines()
    log.write_text("".join(f"{moment}{line[19:]}\n" for line in lines))


def shown(machine: Machine, paths: set[str]) -> set[str]:
    return {path.removeprefix(str(machine.root.path)) for path in paths}


def test_an_upgrade_is_one_event_with_both_versions(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    explained = machine.explain(machine.look())
    (entry,) = of_code(explained, "package")
    assert entry.event.explanation == "dpkg: kham:all 1.0 → 1.1"
    assert shown(machine, set(by_path(explained)) - unexplained(explained)) == set(V2)
    assert shown(machine, unexplained(explained)) == {"/usr/lib/kham/gone"}  # nobody saw the list


def test_who_watches_while_dpkg_works_knows_what_the_old_version_had(
    machine: Machine, built: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = machine.root.path / "var/lib/dpkg"
    with (machine.root.path / "var/log/dpkg.log").open("a") as log:
        log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} upgrade kham:all 1.0 1.1\n")  # noqa: DTZ005
    change = machine.place("/usr/bin/kham")
    change.write_bytes(b"half")
    waiting = machine.look()
    monkeypatch.setattr("agent.integrity.noise.edge.packages.is_running", lambda _admin: True)
    explained = machine.explainer.explain(waiting, datetime.now(UTC))
    assert explained.still_waiting == waiting
    monkeypatch.undo()
    machine.root.install(built["1.1"])
    explained = machine.explain((*waiting, *machine.look()))
    assert "/usr/lib/kham/gone" not in shown(machine, unexplained(explained))
    assert admin.is_dir()


def test_foreign_changes_of_the_same_moment_stay_visible(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    machine.place("/usr/bin/kham").write_bytes(b"evil")
    machine.place("/usr/lib/kham/a").chmod(0o6755)
    machine.place("/etc/kham.conf").write_bytes(b"c = 3\n")
    machine.place("/usr/lib/kham/beside").write_bytes(b"b")
    link = machine.place("/usr/lib/kham/link")
    link.unlink()
    link.symlink_to("/home/an/evil")
    explained = machine.explain(machine.look())
    assert shown(machine, unexplained(explained)) == {
        "/usr/bin/kham",
        "/usr/lib/kham/a",
        "/etc/kham.conf",
        "/usr/lib/kham/beside",
        "/usr/lib/kham/link",
        "/usr/lib/kham/gone",
    }


def test_a_forged_log_explains_no_content(machine: Machine) -> None:
    with (machine.root.path / "var/log/dpkg.log").open("a") as log:
        log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} upgrade kham:all 0.9 1.0\n")  # noqa: DTZ005
    machine.place("/usr/bin/kham").write_bytes(b"evil")
    assert shown(machine, unexplained(machine.explain(machine.look()))) == {"/usr/bin/kham"}


def change_with_its_sum(machine: Machine, path: str, was: bytes) -> None:
    machine.place(path).write_bytes(b"evil")
    sums = machine.place("/var/lib/dpkg/info/kham.md5sums")
    sums.write_text(sums.read_text().replace(md5(was), md5(b"evil")))


def touch_records(machine: Machine) -> None:
    """As dpkg writes them: the list, then its status."""
    for place in ("info/kham.list", "status"):
        (machine.root.path / "var/lib/dpkg" / place).touch()


def test_sums_that_were_written_after_dpkgs_newest_record_explain_nothing(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    change_with_its_sum(machine, "/usr/bin/kham", b"two")
    assert "/usr/bin/kham" in shown(machine, unexplained(machine.explain(machine.look())))


def test_whoever_touches_all_records_is_too_late_by_dpkgs_log(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    change_with_its_sum(machine, "/usr/bin/kham", b"two")
    touch_records(machine)
    found = machine.look()
    earlier(machine.root, seconds=2)
    assert "/usr/bin/kham" in shown(machine, unexplained(machine.explain(found)))


def test_sums_that_take_the_place_of_others_explain_nothing(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    """With the times of the former ones, and without being written to."""
    machine.root.install(built["1.1"])
    sums = machine.place("/var/lib/dpkg/info/kham.md5sums")
    other = machine.place("/var/lib/dpkg/info/x")
    other.write_text(sums.read_text().replace(md5(b"two"), md5(b"evil")))
    os.utime(other, ns=(sums.stat().st_atime_ns, sums.stat().st_mtime_ns))
    other.replace(sums)
    machine.place("/usr/bin/kham").write_bytes(b"evil")
    assert "/usr/bin/kham" in shown(machine, unexplained(machine.explain(machine.look())))


FORGED = """\
{now} startup archives unpack
{now} upgrade kham:all 0.9 1.0
{now} status half-installed kham:all 1.0
{now} status unpacked kham:all 1.0
{now} configure kham:all 1.0 <none>
{now} status installed kham:all 1.0
"""


def test_a_forged_upgrade_is_given_away_by_what_was_not_touched(machine: Machine) -> None:
    installed_at = max(machine.place(path).stat().st_ctime for path in V1)
    while time.time() < int(installed_at) + 2:
        time.sleep(0.05)
    now = f"{datetime.now():%Y-%m-%d %H:%M:%S}"  # noqa: DTZ005
    with (machine.root.path / "var/log/dpkg.log").open("a") as log:
        log.write(FORGED.format(now=now))
    change_with_its_sum(machine, "/usr/bin/kham", b"one")
    touch_records(machine)
    assert "/usr/bin/kham" in shown(machine, unexplained(machine.explain(machine.look())))


def test_sums_of_another_version_explain_nothing(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    status = machine.root.path / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("Version: 1.1", "Version: 1.2"))
    assert "/usr/bin/kham" in shown(machine, unexplained(machine.explain(machine.look())))


def test_records_that_cannot_be_read_explain_nothing(
    machine: Machine, built: Mapping[str, Path]
) -> None:
    machine.root.install(built["1.1"])
    status = machine.root.path / "var/lib/dpkg/status"
    status.unlink()
    os.mkfifo(status)
    explained = machine.explain(machine.look())
    assert shown(machine, unexplained(explained)) == {*V2, "/usr/lib/kham/gone"}
