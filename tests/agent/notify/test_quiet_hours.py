"""In quiet hours mails wait and nothing is dropped; an attack does not wait."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from agent.backup.records.records import open_records
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.daemon.work.notify_job import watch_and_mail
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.notify import decide
from agent.notify.trouble import Kind, Trouble
from tests.agent.notify.conftest import mails
from tests.agent.notify.test_watch import BEGIN, CONFIGURED, HOUR, MINUTE, Clock, backed_up


def local(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, sendmail: Path, clock: Clock) -> Iterator[App]:
    """A backup is missed 8 hours after the beginning; from then on it is quiet for 3 hours."""
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir()
    quiet = f"{local(BEGIN + 8 * HOUR)}-{local(BEGIN + 11 * HOUR)}"
    home.agent_yaml.write_text(
        CONFIGURED.format(folder=tmp_path, sendmail=sendmail)
        + f'quiet_hours: "{quiet}"\nintegrity: [{{path: {tmp_path / "share"}}}]\n'
    )
    app = open_app(home, clock=clock)
    with contextlib.closing(open_records(home, clock)) as records:
        backed_up(records, BEGIN)
    watch_and_mail(app)
    yield app
    app.close()


def texts(sendmail: Path) -> list[str]:
    found = (message_from_bytes(raw, policy=policy.default) for raw in mails(sendmail))
    return [str(message.get_content()) for message in found]


def test_a_mail_waits_until_the_quiet_hours_are_over(
    app: App, clock: Clock, sendmail: Path
) -> None:
    before = len(mails(sendmail))
    for after in (8 * HOUR + MINUTE, HOUR, HOUR + 50 * MINUTE):
        clock.at += after
        watch_and_mail(app)
        assert len(mails(sendmail)) == before
    clock.at += 10 * MINUTE
    watch_and_mail(app)
    assert "[BACKUP_MISSED]" in texts(sendmail)[-1]


def test_a_suspicion_is_mailed_at_once_with_all_that_is_owed(
    app: App, clock: Clock, sendmail: Path
) -> None:
    clock.at += 9 * HOUR
    watch_and_mail(app)
    before = len(mails(sendmail))
    with suspicions_of(app) as store:
        now = clock.now()
        store.put(Suspicion("suspicion-1", b"/srv", now, now, now, (Reason.NOTE,), 100))
    watch_and_mail(app)
    assert len(mails(sendmail)) == before + 1
    assert "[SUSPICION]" in texts(sendmail)[-1]
    assert "[BACKUP_MISSED]" in texts(sendmail)[-1]


def test_only_an_attack_that_stands_is_urgent() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for kind in Kind:
        told = decide.Told(Trouble(kind), now, owed=True)
        wrong, good = decide.Letter(wrong=(told,)), decide.Letter(good=(told,))
        assert decide.is_urgent(wrong) == (kind is Kind.SUSPICION)
        assert not decide.is_urgent(good)
