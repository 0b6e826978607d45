"""From the first encrypted file to the sealed suspicion, through the real watching process."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import suspicion_job
from tests.agent.integrity.ransom.forms import FORMS, seeded
from tests.agent.integrity.said import said
from wire.messages import FileEvents, Suspicion

FILES = 120
MASS = 200
WAIT_S = 60.0
VERDICT_S = 5.0  # after the 100th file
AGENT = (sys.executable, "-I", "-m", "agent.cli")
ATTACK = """
import os, sys, time
for number, name in enumerate(sorted(os.listdir(sys.argv[1]))):
    path = os.path.join(sys.argv[1], name)
    if name.startswith(".") or os.path.isdir(path):
        continue
    with open(path, "r+b") as stream:
        stream.write(os.urandom(os.path.getsize(path)))
    os.rename(path, path + ".locked")
    time.sleep(0.01)
    if number == 99:
        print("hundred", time.time(), flush=True)
"""


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder, source = tmp_path / "share", seeded(1)
    folder.mkdir()
    for number in range(FILES):
        extension = ("docx", "pdf", "jpg", "txt")[number % 4]
        (folder / f"{number:03}.{extension}").write_bytes(FORMS[extension][1](source, 6_000))
    return folder


@pytest.fixture
def app(tmp_path: Path, share: Path) -> Iterator[App]:
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir()
    home.agent_yaml.write_text(f"integrity: [{{path: {share}, names: full}}]\n")
    opened = open_app(home)
    yield opened
    opened.close()


@pytest.fixture
def watching(app: App, share: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A watching process that tells what changes."""
    process = subprocess.Popen(
        [*AGENT, "--home", str(app.home.config_dir), "integrity", "watch", "--nudge"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        (share / "first.txt").write_text("x")
        until(lambda: bool(touched(app, share)))
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=WAIT_S)


@pytest.mark.parametrize(
    ("words", "loud"),
    [
        (("--lang", "vi"), "!!! NGHI BỊ TẤN CÔNG: "),
        (("--lang", "en"), "!!! ATTACK SUSPECTED: "),
        (("--json",), '"reasons":["magic_lost"'),
    ],
)
def test_whoever_sits_before_it_is_told(
    app: App, share: Path, words: tuple[str, ...], loud: str
) -> None:
    command = [*AGENT, "--home", str(app.home.config_dir), *words, "integrity", "watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            (share / "first.txt").write_text("x")
            until(lambda: bool(touched(app, share)))
            attack(share)
            until(lambda: bool(said(app, Suspicion)))
        finally:
            process.terminate()
        told = process.communicate(timeout=WAIT_S)[0].decode()
    assert loud in told
    assert str(share) in told


def touched(app: App, share: Path) -> list[FileEvents]:
    """What was told of changes; a change for the case that the first came before the watching."""
    (share / "first.txt").write_text(str(time.monotonic()))
    time.sleep(0.2)
    return [one for one in said(app, FileEvents) if one.events]


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def attack(share: Path) -> float:
    """When the 100th file was lost."""
    done = subprocess.run(
        [sys.executable, "-c", ATTACK, str(share)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[1])


def test_an_attack_is_told_within_seconds_of_the_hundredth_file(
    app: App, share: Path, watching: subprocess.Popen[bytes]
) -> None:
    hundredth = attack(share)
    until(lambda: bool(said(app, Suspicion)))
    assert time.time() - hundredth < VERDICT_S
    assert watching.poll() is None
    first = said(app, Suspicion)[-1]
    assert {"magic_lost"} <= set(first.reasons)
    assert 10 <= first.files <= FILES
    assert first.paths
    suspicion_job.act(app)
    told = said(app, Suspicion)[0]
    assert (told.id, told.playbook) == (first.id, "incident.ransomware-suspected")


def test_work_in_mass_is_no_attack(
    app: App, share: Path, watching: subprocess.Popen[bytes]
) -> None:
    source = seeded(2)
    for number in range(MASS):
        (share / f"IMG_{number}.jpg").write_bytes(FORMS["jpg"][1](source, 5_000))
    for file in sorted(share.glob("*.docx")):
        file.write_bytes(FORMS["docx"][1](source, 7_000))
    until(lambda: sum(e.count for one in said(app, FileEvents) for e in one.events) >= MASS + 30)
    assert said(app, Suspicion) == []
    assert watching.poll() is None
