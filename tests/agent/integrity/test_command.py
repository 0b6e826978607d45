"""`lachan-agent integrity` as a person and as a script see it: words, documents, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agent.config.home import Home
from tests.agent.integrity.conftest import configure

AGENT = (sys.executable, "-I", "-m", "agent.cli")
WAIT_S = 30.0


def agent(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AGENT, "--home", str(home.config_dir), "--lang", "en", "integrity", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def document(home: Home, *words: str) -> dict[str, Any]:
    done = agent(home, *words, "--json")
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(autouse=True)
def configured(home: Home, share: Path) -> None:
    configure(home, share)


def test_exit_codes_say_good_changed_and_could_not_look(home: Home, share: Path) -> None:
    assert agent(home, "scan").returncode == 2
    assert agent(home, "baseline").returncode == 0
    assert agent(home, "scan").returncode == 0
    (share / "a.txt").write_text("khác")
    assert agent(home, "scan").returncode == 1
    assert agent(home, "scan", "/nowhere").returncode == 64


def test_the_document_names_paths_for_this_host(home: Home, share: Path) -> None:
    agent(home, "baseline")
    (share / "khoa nội" / "bệnh án.txt").write_text("khác")
    found = document(home, "scan")
    assert found["schema"] == "lachan.integrity/1"
    assert found["verdict"] == "FAIL"
    (change,) = found["changes"]
    assert change["path"] == f"{share}/khoa nội/bệnh án.txt"
    assert change["kind"] == "modified"
    assert (found["files"], found["gaps"], found["omitted"]) == (3, [], 0)


def test_a_person_sees_what_changed_and_how_to_approve_it(home: Home, share: Path) -> None:
    agent(home, "baseline")
    (share / "a.txt").rename(share / "z.txt")
    said = agent(home, "scan").stdout
    assert f"renamed or moved\t{share}/z.txt\t← {share}/a.txt" in said
    code = said.split("integrity accept ")[1].strip()
    assert agent(home, "accept", code).returncode == 0
    assert agent(home, "scan").returncode == 0


def test_an_edited_baseline_is_a_gap_with_a_remedy(home: Home, share: Path) -> None:
    agent(home, "baseline")
    home.database("baseline").write_bytes(b"no database at all")
    (share / "a.txt").write_text("khác")
    said = agent(home, "scan")
    assert said.returncode == 2
    assert "its baseline is gone" in said.stderr
    (gap,) = document(home, "scan")["gaps"]
    assert gap["reason"] == "baseline_lost"


def test_a_name_with_control_characters_cannot_steer_the_terminal(home: Home, share: Path) -> None:
    agent(home, "baseline")
    (share / "x\x1b[2J\ny").write_text("")
    said = agent(home, "scan").stdout
    assert "\x1b" not in said
    assert "x\\x1b[2J\\ny" in said


def test_kill_9_in_the_middle_of_a_baseline_leaves_nothing_approved(
    home: Home, share: Path
) -> None:
    with (share / "huge").open("wb") as stream:
        stream.truncate(2**40)  # sparse: it would be read for many minutes
    for number in range(200):
        (share / f"{number:03}").write_text("x")
    child = subprocess.Popen([*AGENT, "--home", str(home.config_dir), "integrity", "baseline"])
    wait_for_file(home.database("ledger"))
    child.send_signal(signal.SIGKILL)
    child.wait(WAIT_S)
    os.truncate(share / "huge", 0)
    assert document(home, "scan")["gaps"][0]["reason"] == "no_baseline"
    assert document(home, "baseline")["files"] == 204
    assert agent(home, "scan").returncode == 0


def wait_for_file(file: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
