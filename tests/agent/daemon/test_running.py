"""A backup at work is seen by everybody on this host, and told; a killed one is not."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.diary import open_diary
from agent.daemon.metrics import metrics_text
from agent.daemon.reporting import running_told
from agent.daemon.running import noted, running_now
from agent.daemon.tell import tell
from agent.progress import Progress, ignore
from agent.state.lock import hold
from wire.messages import SiteState
from wire.verdicts import HeldBy

KILLED = """
import os, sys
from pathlib import Path
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.daemon.running import noted
from agent.progress import ignore
from agent.state.lock import hold
home = home_at(Path(sys.argv[1]))
with hold(home, "backup"), noted(home, SystemClock(), "share", ignore):
    os.kill(os.getpid(), 9)
"""


def test_it_is_told_with_its_begin_and_how_far_it_is(app: App) -> None:
    assert running_told(app) == ()
    with hold(app.home, "backup"), noted(app.home, app.clock, "share", ignore) as told:
        (begun,) = running_told(app)
        assert (begun.phase, begun.share) == ("", None)
        told(Progress("backup", bytes_done=1, bytes_total=4))
        (now,) = running_told(app)
        assert now.dataset == app.pseudonyms.of("dataset", "share")
        assert (now.phase, now.share, now.begun_at) == ("backup", 0.25, begun.begun_at)
    assert running_told(app) == ()


def test_what_a_killed_backup_has_left_behind_does_not_run(home: Home, app: App) -> None:
    code = [sys.executable, "-c", KILLED, str(home.config_dir)]
    assert subprocess.run(code, check=False, cwd=Path(__file__).parents[3]).returncode == -9
    assert (home.state_dir / "running.json").exists()
    assert running_now(home) is None
    with hold(home, "backup"):  # a verification, not the one that died
        assert running_now(app.home) is None


def test_a_disk_that_is_full_ends_no_backup(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    seen: list[Progress] = []
    monkeypatch.setattr(Path, "write_bytes", full)
    with hold(app.home, "backup"), noted(app.home, SystemClock(), "share", seen.append) as told:
        told(Progress("backup"))
    assert [progress.phase for progress in seen] == ["backup"]


def test_figures_of_sites_are_sums_and_never_guesses(app: App) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    first = SiteState("SECRET-A", "local", HeldBy.OWNED, packs=10, packs_read_in_30_days=9)
    second = SiteState(
        "SECRET-B", "sftp", HeldBy.OWNED, full_in_days=9, packs=5, looked_at=at - timedelta(1)
    )
    diary = open_diary(app.home, app.clock)
    assert "lachan_agent_packs" not in metrics_text(app, diary).decode()
    for state in (first, second):
        tell(app, state)
    text = metrics_text(app, diary).decode()
    diary.close()
    for line in (
        "lachan_agent_packs 15.0",
        "lachan_agent_packs_recently_read 9.0",
        'lachan_agent_sites{protection="claimed"} 2.0',
        "lachan_agent_backup_running_since_seconds 0.0",
    ):
        assert line in text
    assert "lachan_agent_rogue_objects" not in text
    assert "SECRET" not in text
    done = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), check=False)
    assert done.returncode == 0
