"""A real logrotate rotates real logs; a real ledger looks; nobody knows who did it."""

import subprocess
from collections.abc import Iterator
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
from agent.integrity.noise.explainer import Explainer
from tests.agent.integrity.noise.making import by_path

CONFIGURED = "{log} {{\n rotate 2\n {ways}\n}}\n"


@dataclass
class Logs:
    """A folder with a log, and logrotate beside it."""

    folder: Path
    ledger: Ledger
    explainer: Explainer
    consumed: int = 0

    @property
    def log(self) -> Path:
        return self.folder / "app.log"

    def write(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)

    def rotate(self, ways: str) -> None:
        configuration = self.folder.parent / "logrotate.conf"
        configuration.write_text(CONFIGURED.format(log=self.log, ways=ways))
        configuration.chmod(0o644)
        state = str(self.folder.parent / "state")
        argv = ("/usr/sbin/logrotate", "--force", "--state", state, str(configuration))
        subprocess.run(argv, check=True, capture_output=True)

    def told(self) -> dict[str, str]:
        """What a look finds, by name, with what explains it."""
        watched = Watched(self.folder)
        self.ledger.refresh(self.folder)
        found = self.ledger.transitions(self.consumed, 1_000)
        self.consumed = found[-1].number if found else self.consumed
        seens = seen_of(found, Touches(), roots_of([watched]), {})
        explained = self.explainer.explain(seens, datetime.now(UTC) + timedelta(minutes=2))
        assert not explained.still_waiting
        return {Path(path).name: code for path, code in by_path(explained).items()}


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o755)
    with open_ledger(home_at(tmp_path / "home"), SystemClock()) as ledger:
        logs = Logs(folder, ledger, Explainer(LocalHost(tmp_path), tmp_path))
        logs.write("first line\n" * 1_000)
        ledger.watch([folder])
        ledger.refresh(folder)
        yield logs


def test_a_log_that_grows_is_explained_and_one_that_was_cleaned_is_not(logs: Logs) -> None:
    logs.write("second line\n")
    assert logs.told() == {"app.log": "growth"}
    logs.log.write_text(logs.log.read_text().replace("second", "2.") + "third\n" * 9)
    assert logs.told() == {"app.log": ""}


@pytest.mark.parametrize(
    "ways",
    ["create", "create\n compress", "copytruncate", "copytruncate\n compress", "create\n dateext"],
)
def test_rotation_is_explained(logs: Logs, ways: str) -> None:
    logs.write("written after the last look\n")
    logs.rotate(ways)
    told = logs.told()
    assert len(told) == 2
    assert set(told.values()) == {"rotation"}


@pytest.mark.parametrize(
    "ways", ["create", "create\n compress", "create\n compress\n delaycompress"]
)
def test_rotation_goes_on_when_the_oldest_is_lost(logs: Logs, ways: str) -> None:
    for turn in range(4):
        logs.rotate(ways)
        logs.told()
        logs.write(f"turn {turn}\n" * (turn + 1))
        assert logs.told() == {"app.log": "growth"}
    logs.rotate(ways)
    told = logs.told()
    assert told
    assert set(told.values()) == {"rotation"}


def test_a_turn_that_is_changed_while_logs_rotate_stays_visible(logs: Logs) -> None:
    logs.rotate("create")
    turn = logs.folder / "app.log.1"
    turn.write_text(turn.read_text().replace("first", "FIRST"))
    assert logs.told()["app.log.1"] == ""


def test_a_log_that_is_deleted_stays_visible(logs: Logs) -> None:
    logs.rotate("create")
    logs.told()
    (logs.folder / "app.log.1").unlink()
    assert logs.told() == {"app.log.1": ""}
