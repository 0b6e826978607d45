"""Every family that packs may use answers through the door that packs get."""

from pathlib import Path

import pytest

from agent.checks import runner
from agent.checks.families import FAMILIES
from agent.checks.pack_rules import judge_pack
from agent.clock import SystemClock
from agent.facts.slow import PassingSlowFacts
from agent.files.public import PublicHost
from compliance import policy_pack
from tests.agent.pack_writing import HEAD, checks

FILES = {
    "etc/login.defs": "UMASK 027\nPASS_MAX_DAYS 60\n",
    "etc/default/useradd": "SHELL=/bin/sh\n",
    "etc/app/app.conf": "mode safe\n",
    "etc/passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n",
    "etc/group": "root:x:0:\nadm:x:4:\n",
    "var/lib/dpkg/status": "Package: nftables\nStatus: install ok installed\n\n",
}
GIVEN = {
    "file_mode": '{path: /etc/app/app.conf, at_most: "0644", owner: [root, www-data]}',
    "file_contains": "{path: /etc/app/app.conf, line: mode safe}",
    "package_absent": "{packages: [telnetd]}",
    "package_present": "{any_of: [nftables]}",
    "login_defs": '{name: UMASK, masks: "027"}',
    "kernel_setting": "{name: kernel.randomize_va_space, at_least: 0}",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644)
    for place in tmp_path.rglob("*"):
        if place.is_dir():
            place.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("family", sorted(name for name, each in FAMILIES.items() if each.in_packs))
def test_a_family_for_packs_answers_through_their_door(family: str, root: Path) -> None:
    """Else its checks were UNKNOWN on every host, and nobody would know why."""
    files = {"pack.yaml": HEAD.format(version=1), "checks/a.yaml": checks(family, GIVEN[family])}
    read = policy_pack.read(files)
    assert read.pack is not None
    assert read.problems == ()
    judged = judge_pack(read.pack)
    assert judged.objections == ()
    place = Path("/") if family == "kernel_setting" else root  # another root has no kernel
    door = PublicHost(SystemClock(), (), place)
    (found,) = runner.run(judged.checks, door, SystemClock(), PassingSlowFacts())
    closed = family == "kernel_setting" and Path("/run/sysctl.d").exists()
    assert (found.reason == "pack_rules") is closed, (found.unreadable, found.detail)
    assert found.reason != "other_root"
