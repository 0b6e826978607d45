"""From the command that makes a pack to the command that verifies it."""

import subprocess
import sys
from pathlib import Path

from tests.controller.cli.conftest import ROOT, Program


def verify(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from verify.cli import main; main()", "--lang", "en", *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_pack_is_exported_and_verified(program: Program, tmp_path: Path) -> None:
    anchor = program.init()["anchor"]
    program.run("facility", "add", "BV", "--name", "Bệnh viện")
    pack = tmp_path / "BV.lachan"
    made = program.json("export", "pack", "--facility", "BV", "--out", str(pack))
    assert made["anchor"] == anchor
    assert made["bytes"] == pack.stat().st_size
    verified = verify(str(pack), "--anchor", anchor)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.startswith("VERIFIED")
    assert verify(str(pack)).returncode == 2
    again = program.run("export", "pack", "--facility", "BV", "--out", str(pack))
    assert again.returncode == 1
    assert "already" in again.stderr
