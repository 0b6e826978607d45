"""Who has started a run: the daemon's own children say so truly, a person's option does not."""

import contextlib
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.children import Children
from agent.state.lock import hold

ROOT = Path(__file__).resolve().parents[3]
PAYLOAD = re.compile(rb'"payload":"([A-Za-z0-9+/=]+)"')
YAML = """
datasets: [{name: share, paths: [/nowhere/at/all], schedule: "0 4 * * *", rpo: 8h}]
sites: [{name: a, kind: local, path: /nowhere/a, held_by: owned}]
"""
ASK = (
    "import sys; from pathlib import Path; from agent.config.home import home_at; "
    "from agent.daemon.parentage import believed; "
    "Path(sys.argv[2]).write_text(believed(home_at(Path(sys.argv[1])), sys.argv[3]))"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def asked(home: Home, trigger: str, *before: str) -> str:
    said = home.config_dir.with_name("said")
    words = [sys.executable, "-c", ASK, str(home.config_dir), str(said), trigger]
    assert Children().run([*before, *words]) == 0
    return said.read_text()


@pytest.mark.parametrize("trigger", ["schedule", "order"])
def test_only_a_child_of_the_daemon_was_started_by_itself(
    home: Home, trigger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert asked(home, trigger) == "person"
    with hold(home, "daemon"):
        assert asked(home, trigger) == trigger
        grandchild = ("sh", "-c", '"$@"; exit $?', "sh")  # as from a person's shell
        assert asked(home, trigger, *grandchild) == "person"
    assert asked(home, trigger) == "person"


def test_a_lock_file_that_was_written_but_is_not_held_says_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with contextlib.ExitStack() as held:
        held.enter_context(hold(home, "daemon"))
        file = home.state_dir / "locks" / "daemon.lock"
        record = file.read_bytes()
    file.write_bytes(record)
    assert asked(home, "schedule") == "person"


def test_a_run_that_a_person_typed_is_sealed_as_typed(home: Home) -> None:
    home.config_dir.mkdir(mode=0o700)
    home.agent_yaml.write_text(YAML)
    words = ("--home", str(home.config_dir), "backup", "run", "--trigger", "schedule")
    subprocess.run([sys.executable, "-m", "agent.cli", *words], cwd=ROOT, check=False)
    sealed = b"".join(file.read_bytes() for file in home.state_dir.glob("outbox.sqlite*"))
    payloads = b"".join(b64decode(found) for found in PAYLOAD.findall(sealed))
    assert b'"trigger":"person"' in payloads
    assert b'"trigger":"schedule"' not in payloads
