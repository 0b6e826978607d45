"""The daemon as a process mails a missed backup at once, while a backup hangs beside it."""

import contextlib
import subprocess
import time
from datetime import timedelta
from pathlib import Path

from agent.backup.records.records import open_records
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.daemon.app import open_app
from agent.daemon.children import agent_command
from agent.daemon.diary import open_diary
from agent.daemon.jobs import jobs_of
from agent.daemon.running import noted
from agent.progress import ignore
from agent.state.lock import hold
from tests.agent.notify.conftest import mails
from tests.agent.notify.test_watch import CONFIGURED, backed_up, text_of_newest

PATIENCE_S = 60


def home_with_an_old_point(folder: Path, sendmail: Path) -> Home:
    """Everything else has just been done, so that the daemon has nothing else to do."""
    home, clock = home_at(folder / "home"), SystemClock()
    home.config_dir.mkdir()
    home.agent_yaml.write_text(CONFIGURED.format(folder=folder, sendmail=sendmail))
    app = open_app(home, clock=clock)
    with contextlib.closing(open_records(home, clock)) as records:
        backed_up(records, clock.now() - timedelta(hours=9))
    with contextlib.closing(open_diary(home, clock)) as diary:
        for job in jobs_of(app):
            if job.words:
                diary.began(job.name)
                diary.succeeded(job.name)
    app.close()
    return home


def test_it_mails_within_a_minute_while_a_backup_hangs(tmp_path: Path, sendmail: Path) -> None:
    home = home_with_an_old_point(tmp_path, sendmail)
    with hold(home, "backup"), noted(home, SystemClock(), "share", ignore):
        daemon = subprocess.Popen(agent_command(home, ("run",)), stderr=subprocess.PIPE)
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not mails(sendmail):
                assert time.monotonic() < deadline, "no mail"
                assert daemon.poll() is None
                time.sleep(0.05)
        finally:
            daemon.terminate()
            _, talk = daemon.communicate()
    assert b" ERROR " not in talk  # a child that is ended while it starts shows its own traceback
    text = text_of_newest(sendmail)
    assert "[BACKUP_MISSED]" in text
    assert "vẫn đang chạy" in text
    assert len(mails(sendmail)) == 1
