"""The daemon's own watch, on a clock that is driven: from the records to the mail that leaves."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from agent.backup.records.records import KnownSeparation, Point, Records, Run, open_records
from agent.backup.records.site_facts import Attacked, Janitor, Keys, Objects, Retention, Room
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.diary import open_diary
from agent.daemon.jobs import WATCH, jobs_of
from agent.daemon.running import noted
from agent.daemon.status.all_items import status_items
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.items import Item
from agent.daemon.work.backup.backup_job import open_sites
from agent.daemon.work.notify_job import send_trial, watch_and_mail
from agent.drills.journal import Journal, open_drills
from agent.errors import UnreadableFactError
from agent.progress import Progress, ignore
from agent.sites.door import places_of
from agent.state.lock import hold
from tests.agent.notify.conftest import mails
from wire.verdicts import Assurance, Cause, CheckVerdict, DrillVerdict, Protection, Separation

BEGIN = datetime(2026, 11, 22, 6, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CONFIGURED = """
facility: GL-BVDK
sites:
  - {{name: a, kind: local, held_by: owned, path: {folder}/a}}
  - {{name: b, kind: local, held_by: owned, path: {folder}/b}}
datasets:
  - {{name: share, paths: [/srv], schedule: "15 */4 * * *", rpo: 8h}}
notify: {{mail: it@place.vn, sendmail: {sendmail}}}
"""


class Clock:
    """Stands still until it is driven."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - BEGIN).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, sendmail: Path) -> Home:
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir()
    home.agent_yaml.write_text(CONFIGURED.format(folder=tmp_path, sendmail=sendmail))
    return home


@pytest.fixture
def app(home: Home, clock: Clock) -> Iterator[App]:
    app = open_app(home, clock=clock)
    yield app
    app.close()


@pytest.fixture
def records(app: App) -> Iterator[Records]:
    """Both sites hold a whole point of this moment."""
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        places = places_of(open_sites(app))
        records.set_separation(KnownSeparation(Separation.SEPARATE, BEGIN, places))
        backed_up(records, BEGIN)
        yield records


def backed_up(records: Records, at: datetime) -> None:
    records.add_run(Run("share", at, None, 3, 30, ""))
    for site in ("a", "b"):
        records.add_point(Point(site, f"{at:%H%M%S}", "share", f"t{at}", at, at, "c", at))
        records.looked("share", site, None, at)
        records.verified("share", site, at)


@pytest.fixture
def looked(app: App, clock: Clock, sendmail: Path) -> Callable[[timedelta], list[str]]:
    """Looks after a while; the subjects of the mails that left because of it."""
    seen = 0

    def look(after: timedelta = timedelta(0)) -> list[str]:
        nonlocal seen
        clock.at += after
        watch_and_mail(app)
        out, seen = mails(sendmail)[seen:], len(mails(sendmail))
        return [str(message_from_bytes(raw, policy=policy.default)["Subject"]) for raw in out]

    return look


Look = Callable[..., list[str]]


def text_of_newest(sendmail: Path) -> str:
    return str(message_from_bytes(mails(sendmail)[-1], policy=policy.default).get_content())


@pytest.mark.usefixtures("records")
def test_a_missed_backup_is_mailed_with_the_next_look_after_its_deadline(
    app: App, looked: Look, sendmail: Path
) -> None:
    (job,) = [job for job in jobs_of(app) if job.name == "notify"]
    assert job.every is not None
    assert job.every <= timedelta(seconds=30)
    assert looked() == []
    assert looked(8 * HOUR) == []
    (subject,) = looked(timedelta(seconds=1))
    assert "Quá hạn sao lưu: nhóm dữ liệu share" in subject
    assert "22/11/2026 21:00" in text_of_newest(sendmail)
    assert looked(6 * HOUR - MINUTE) == []
    assert len(looked(2 * MINUTE)) == 1


def test_it_is_mailed_while_the_backup_still_runs_or_hangs(
    app: App, records: Records, looked: Look, clock: Clock, sendmail: Path
) -> None:
    del records
    clock.at += 7 * HOUR
    with hold(app.home, "backup"), noted(app.home, app.clock, "share", ignore) as told:
        told(Progress("backup", bytes_done=1, bytes_total=2))
        assert len(looked(2 * HOUR)) == 1
        assert "đang chạy, bắt đầu từ 22/11/2026 20:00" in text_of_newest(sendmail)


def test_when_a_point_is_there_again_it_is_told_once(
    records: Records, looked: Look, clock: Clock
) -> None:
    looked()
    looked(9 * HOUR)
    backed_up(records, clock.at + MINUTE)
    (subject,) = looked(2 * MINUTE)
    assert "đã ổn: Quá hạn sao lưu" in subject
    assert looked(MINUTE) == []


def test_a_dataset_that_never_ran_is_missed_one_rpo_after_the_watch_began(looked: Look) -> None:
    assert looked() == []
    assert looked(8 * HOUR) == []
    assert "share" in looked(MINUTE)[0]


def test_a_restart_neither_forgets_nor_tells_again(
    records: Records, looked: Look, clock: Clock, home: Home, sendmail: Path
) -> None:
    del records
    looked()
    looked(9 * HOUR)
    again = open_app(home, clock=clock)
    clock.at += HOUR
    watch_and_mail(again)
    again.close()
    assert len(mails(sendmail)) == 1


def test_a_mail_that_cannot_be_sent_is_said_and_tried_again(
    app: App, records: Records, looked: Look, sendmail: Path
) -> None:
    del records
    code = sendmail.with_name("outgoing") / "code"
    code.write_text("75")
    looked()
    looked(9 * HOUR)
    assert "SENDMAIL" in item(status_items(app), "notify").says
    assert item(status_items(app), "notify").verdict is CheckVerdict.FAIL
    tried = len(mails(sendmail))
    looked(MINUTE / 2)
    assert len(mails(sendmail)) == tried  # not before a minute
    code.write_text("0")
    assert len(looked(MINUTE)) == 1
    unwatched = item(status_items(app), "notify")
    assert unwatched.verdict is CheckVerdict.UNKNOWN  # no daemon has looked: nothing is good
    with contextlib.closing(open_diary(app.home, app.clock)) as diary:
        diary.began(WATCH)
        diary.succeeded(WATCH)
    assert item(status_items(app), "notify").verdict is CheckVerdict.PASS
    assert looked(MINUTE) == []


def item(items: list[Item], name: str) -> Item:
    return next(item for item in items if item.id == name)


def test_what_is_known_of_a_site_is_mailed(
    app: App, records: Records, looked: Look, clock: Clock, sendmail: Path
) -> None:
    facts = records.site_facts()
    place = open_sites(app)[1].place
    for part in (Room(full_in_days=14), Keys(unknown=1), Objects(rogue=2), Retention(held=True)):
        facts.put("b", part, clock.at)
    facts.put("b", Janitor(clock.at, 1, "", ("JANITOR_SILENT", "LEDGER_LOST")), clock.at)
    attacked = Attacked(protection=Protection.NONE, succeeded=("delete",), place=place)
    facts.put("b", attacked, clock.at)
    assert len(looked()) == 1
    text = text_of_newest(sendmail)
    for code in ("SITE_FILLING", "UNKNOWN_KEY", "ROGUE_OBJECTS", "RETENTION_HELD"):
        assert f"[{code}]" in text
    assert text.count("[JANITOR_WARNS]") == 2
    assert "JANITOR_SILENT" in text
    assert "LEDGER_LOST" in text
    assert "[PROTECTION_LOST]" not in text  # a folder never had any
    facts.put("b", Room(full_in_days=15), clock.at)
    (subject,) = looked(MINUTE)
    assert "đã ổn" in subject


def test_a_failed_drill_is_mailed_until_one_passes(
    app: App, records: Records, looked: Look, clock: Clock
) -> None:
    del records
    with contextlib.closing(open_drills(app.home, app.clock)) as drills:
        drills.end(drill("d-1", DrillVerdict.FAILED, clock.at), b"")
        (subject,) = looked()
        assert "Diễn tập D1" in subject
        drills.end(drill("d-2", DrillVerdict.INCONCLUSIVE, clock.at + MINUTE), b"")
        assert looked(2 * MINUTE) == []
        drills.end(drill("d-3", DrillVerdict.PASSED, clock.at + MINUTE), b"")
        assert "đã ổn" in looked(2 * MINUTE)[0]


def drill(name: str, verdict: DrillVerdict, at: datetime) -> Journal:
    cause = Cause.BAD_KEY if verdict is DrillVerdict.FAILED else None
    return Journal(name, "D1", "share", "b", verdict, Assurance.SELF, at, at, 1.0, cause=cause)


def test_a_watch_that_cannot_look_calls_nothing_good(
    records: Records, looked: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    del records
    looked()
    looked(9 * HOUR)

    def blind(*_: object) -> None:
        raise UnreadableFactError("recovery.sqlite", "denied")

    with monkeypatch.context() as patched:
        patched.setattr("agent.daemon.work.notify_watch.look", blind)
        assert looked(MINUTE) == []
        (subject,) = looked(5 * MINUTE)
        assert "không xem được" in subject
    (subject,) = looked(MINUTE)
    assert "đã ổn: Agent không xem được" in subject
    assert "Quá hạn" not in subject


@pytest.fixture
def joined(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """Has a controller; what it says of itself is in the memory."""
    monkeypatch.setattr(App, "joined", property(lambda _self: True))
    return app


def test_with_a_controller_it_is_quiet_until_that_is_away_for_a_day(
    joined: App, records: Records, looked: Look, clock: Clock, sendmail: Path
) -> None:
    del records
    joined.memory.keep("last_heartbeat_at", clock.at.isoformat())
    looked()
    assert looked(24 * HOUR) == []
    assert len(looked(MINUTE)) == 1
    text = text_of_newest(sendmail)
    assert "[CONTROLLER_AWAY]" in text
    assert "[BACKUP_MISSED]" in text
    joined.memory.keep("last_heartbeat_at", clock.at.isoformat())
    (subject,) = looked(MINUTE)
    assert "đã ổn: Đã một ngày" in subject
    assert looked(12 * HOUR) == []


def test_without_receivers_nobody_is_mailed_and_status_says_so(app: App, home: Home) -> None:
    home.agent_yaml.write_text(home.agent_yaml.read_text().split("notify:")[0])
    alone = open_app(home, clock=app.clock)
    assert "notify" not in [job.name for job in jobs_of(alone)]
    watch_and_mail(alone)
    assert item(status_items(alone), "notify").verdict is CheckVerdict.UNKNOWN
    alone.close()


def test_doctor_tries_the_way_and_sends_nothing(
    app: App, home: Home, clock: Clock, sendmail: Path
) -> None:
    del app
    assert item(doctor_items(home, clock), "mail").verdict is CheckVerdict.PASS
    sendmail.unlink()
    bad = item(doctor_items(home, clock), "mail")
    assert bad.verdict is CheckVerdict.FAIL
    assert bad.mend
    assert mails(sendmail) == []


def test_a_trial_leaves_at_once(app: App, sendmail: Path) -> None:
    assert app.config.notify is not None
    assert send_trial(app, app.config.notify) == 0
    assert "thư thử" in str(
        message_from_bytes(mails(sendmail)[0], policy=policy.default)["Subject"]
    )


def test_the_memory_is_for_its_owner_only(app: App, looked: Look) -> None:
    looked()
    assert app.home.database("notify").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("records")
def test_an_unplugged_copy_that_is_asked_for_and_was_never_made_is_mailed(
    app: App, home: Home, clock: Clock, sendmail: Path
) -> None:
    del app
    home.agent_yaml.write_text(home.agent_yaml.read_text() + "offline: {max_age: 30d}\n")
    again = open_app(home, clock=clock)
    watch_and_mail(again)
    again.close()
    assert "[OFFLINE_COPY_OLD]" in text_of_newest(sendmail)
