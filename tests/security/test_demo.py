"""Set-up and demonstration, which may run as root: no name that others can foresee or prepare."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from demo import ssh_site, unprivileged
from demo.facility import write_agent_configuration
from demo.stage import Stage

ROOT = Path(__file__).parents[2]
SHIPPED = ("agent", "controller", "verify", "wire", "texts", "compliance", "recovery", "demo")
SHARED = re.compile(r"""["'\s=](/tmp|/var/tmp|/dev/shm)/""")


def shipped_files() -> list[Path]:
    python = [path for folder in SHIPPED for path in (ROOT / folder).rglob("*.py")]
    scripts = [
        path for folder in ("script", "deploy", ".ci") for path in (ROOT / folder).rglob("*")
    ]
    return [*python, *(path for path in scripts if path.is_file())]


def test_nothing_is_written_under_a_name_in_a_shared_folder_that_others_can_foresee() -> None:
    assert len(shipped_files()) > 200
    named = [str(path) for path in shipped_files() if SHARED.search(path.read_text())]
    assert named == []


def test_temporary_names_are_never_made_without_making_the_file() -> None:
    loose = re.compile(r"tempfile\.mktemp\(|os\.tempnam|mktemp -u")
    assert [str(path) for path in shipped_files() if loose.search(path.read_text())] == []


def test_no_program_is_started_through_a_shell() -> None:
    through = re.compile(r"shell=True|os\.system\(|os\.popen\(|\beval\(|\bexec\(|pickle")
    assert [str(path) for path in shipped_files() if through.search(path.read_text())] == []


def test_the_home_is_given_away_only_after_root_has_written_its_last_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a folder of nobody's, another process of nobody could lead root's writing elsewhere."""
    done: list[str] = []

    def copied(target: Path) -> Path:
        assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
        done.append("copied")
        return tmp_path

    def started(*_words: object) -> "subprocess.Popen[bytes]":
        done.append("started")
        return subprocess.Popen(["true"])

    monkeypatch.setattr(unprivileged, "_readable", lambda _root: False)
    monkeypatch.setattr(unprivileged, "_copied", copied)
    monkeypatch.setattr(unprivileged, "_start", started)
    monkeypatch.setattr(unprivileged, "_wait_for", lambda child: child.wait())
    monkeypatch.setattr(os, "chown", lambda *_words: done.append("given away"))
    assert unprivileged.run_again(["/usr/share/doc"]) == 0
    assert done == ["copied", "given away", "started"]


def test_the_demonstrations_keys_are_closed_to_others(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home", tmp_path, "en")
    stage.home.mkdir(mode=0o700)
    site = ssh_site.write(stage.home / "sshd", stage.site_b / "repository")
    write_agent_configuration(stage, site, "https://127.0.0.1:1")
    for folder in (stage.home / "sshd", stage.home / "agent"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("host_key", "agent_key", "probe_key"):
        assert stat.S_IMODE((site.folder / name).stat().st_mode) == 0o600


def test_the_forced_commands_stand_before_every_key(tmp_path: Path) -> None:
    site = ssh_site.write(tmp_path / "sshd", tmp_path / "repository")
    lines = (site.folder / "authorized_keys").read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.match(r'command="(rclone serve restic --stdio --append-only|/bin/sh) ', line)
        assert re.search(r'",restrict ssh-ed25519 ', line)
    example = (ROOT / "docs" / "site-b.md").read_text()
    assert example.count(",restrict ssh-ed25519") == 3  # backup, probe, maintenance
