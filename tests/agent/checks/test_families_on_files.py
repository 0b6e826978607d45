"""Families look at the files of a system that rests; what must run there is unknown."""

from pathlib import Path

import pytest

from agent.checks import runner
from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.model import Finding
from agent.facts.slow import PassingSlowFacts
from agent.host import LocalHost
from tests.agent.checks.fake_host import FixedClock
from wire.verdicts import CheckVerdict


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("etc/modprobe.d", "etc/sysctl.d", "usr/lib/systemd/system", "var/lib/dpkg"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def look(root: Path, check_id: str) -> Finding:
    checks = [CHECK_BY_ID[check_id]]
    (finding,) = runner.run(checks, LocalHost(root), FixedClock(), PassingSlowFacts())
    return finding


@pytest.mark.parametrize(
    "check_id",
    ["kernel.setting.kptr_restrict", "kernel.module.cramfs", "mounts.option.tmp_nosuid"],
)
def test_what_the_kernel_must_say_is_unknown_where_it_does_not_run(
    root: Path, check_id: str
) -> None:
    finding = look(root, check_id)
    assert (finding.verdict, finding.reason) == (CheckVerdict.UNKNOWN, "other_root")


def test_a_unit_that_lies_nowhere_is_not_installed_also_where_nothing_runs(root: Path) -> None:
    assert look(root, "services.off.avahi").verdict is CheckVerdict.PASS


def test_whether_an_installed_unit_runs_is_unknown_where_nothing_runs(root: Path) -> None:
    (root / "usr/lib/systemd/system/avahi-daemon.service").write_text("[Service]\n")
    finding = look(root, "services.off.avahi")
    assert (finding.verdict, finding.reason) == (CheckVerdict.UNKNOWN, "other_root")


def test_packages_are_known_of_a_system_that_rests(root: Path) -> None:
    status = root / "var/lib/dpkg/status"
    status.write_text("Package: telnetd\nStatus: install ok installed\n\n")
    assert look(root, "software.absent.telnet_server").verdict is CheckVerdict.FAIL
    assert look(root, "software.absent.avahi").verdict is CheckVerdict.PASS


def test_a_mode_is_that_of_the_file_and_never_of_a_link(root: Path) -> None:
    shells = root / "etc/shells"
    shells.write_text("/bin/sh\n")
    shells.chmod(0o666)
    assert look(root, "files.mode.shells").verdict is CheckVerdict.FAIL
    shells.rename(root / "etc/shells.real")
    shells.symlink_to("shells.real")
    finding = look(root, "files.mode.shells")
    assert (finding.verdict, finding.reason) == (CheckVerdict.UNKNOWN, "is_link")
