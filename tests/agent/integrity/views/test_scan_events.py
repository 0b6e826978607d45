"""A scan says of each change who did it and what explains it, where stored events tell."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.scan_events import known_of
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.integrity.events.event import Entry, Event, EventKind, Head
from agent.integrity.events.store import open_events
from agent.integrity.ransom.suspicion import Reason, Suspicion
from tests.agent.integrity.views.conftest import CLIENT, VIM, Append, document, event, run

AFTER = timedelta(seconds=5)


@pytest.fixture
def changed(app: App, share: Path) -> Path:
    """A file that is not as it was approved."""
    integrity_job.baseline(app)
    (share / "a.txt").write_text("khác")
    return share


def of(share: Path, name: str, **more: Any) -> Event:  # noqa: ANN401 - fields of an event
    fields: dict[str, Any] = {"at": datetime.now(UTC) + AFTER, "watched": bytes(share), **more}
    return event(bytes(share / name), **fields)


def test_what_every_event_explains_is_no_unexplained_change(
    app: App, append: Append, changed: Path
) -> None:
    append([of(changed, "a.txt", explained_by="growth", who=VIM) for _ in range(2)])
    found = document(app.home, "scan")
    (change,) = found["changes"]
    assert (change["explained_by"], change["who"]["program"]) == ("growth", "/usr/bin/vim.basic")
    assert found["verdict"] == "PASS"
    assert run(app.home, "integrity", "scan").return_value == 0


@pytest.mark.parametrize("unexplained_at", [0, 1, 2])
def test_one_unexplained_event_leaves_the_change_unexplained(
    app: App, append: Append, changed: Path, unexplained_at: int
) -> None:
    for number in range(3):
        code = "" if number == unexplained_at else "package"
        append([of(changed, "a.txt", explained_by=code, who=VIM)])
    (change,) = document(app.home, "scan")["changes"]
    assert "explained_by" not in change
    assert change["who"]["login"] == "uid:4001"
    assert run(app.home, "integrity", "scan").return_value == 1


def test_a_scan_goes_on_where_the_stored_events_were_lost(
    app: App, append: Append, changed: Path
) -> None:
    append([of(changed, "a.txt", explained_by="growth", who=VIM)])
    events = app.home.database("events")
    for file in events.parent.glob("events.sqlite-*"):
        file.unlink()
    events.write_bytes(b"no database" * 1000)
    with open_events(app.home, app.keys.k_f, app.clock, lambda: Head(35, "0" * 64)):
        pass  # numbers go on behind what was sealed, and none of it is kept
    done = run(app.home, "integrity", "scan")
    assert done.exception is None
    assert done.return_value == 1
    assert str(changed / "a.txt") in done.stdout


def test_a_change_that_no_event_tells_of_stays_unexplained(
    app: App, append: Append, changed: Path
) -> None:
    append([of(changed, "b.txt", explained_by="growth")])
    (change,) = document(app.home, "scan")["changes"]
    assert "who" not in change
    assert run(app.home, "integrity", "scan").return_value == 1


def test_what_is_explained_as_a_whole_explains_its_files(
    app: App, append: Append, changed: Path
) -> None:
    folder = of(
        changed, "", explained_by="package", explanation="x 1", counts={EventKind.MODIFIED: 2}
    )
    append([Entry(folder, (of(changed, "a.txt"), of(changed, "b.txt")))])
    (change,) = document(app.home, "scan")["changes"]
    assert change["explained_by"] == "package"


def test_what_happened_before_the_approval_explains_nothing(
    app: App, append: Append, changed: Path
) -> None:
    append([of(changed, "a.txt", at=datetime(2026, 1, 1, tzinfo=UTC), explained_by="growth")])
    assert known_of(app, integrity_job.scan(app)) == {}


def test_changed_events_explain_nothing(
    watching_home: Home, app: App, append: Append, changed: Path
) -> None:
    append([of(changed, "a.txt", explained_by="growth")])
    watching_home.database("events").write_bytes(b"nothing of ours" * 300)
    assert run(app.home, "integrity", "scan").return_value == 1


def test_a_person_sees_who_and_why(app: App, append: Append, changed: Path) -> None:
    append([of(changed, "a.txt", explained_by="growth", who=VIM)])
    said = run(app.home, "integrity", "scan").stdout
    assert "uid:4001 as root (vim.basic)" in said
    assert "a file only grew" in said


def test_what_it_was_and_what_it_is_stands_beside_each_change(app: App, share: Path) -> None:
    (share / "b.txt").write_text("xin chào")
    (share / "b.txt").chmod(0o640)
    integrity_job.baseline(app)
    (share / "b.txt").chmod(0o4777)
    (share / "a.txt").write_bytes(b"x" * 4_096)
    said = run(app.home, "integrity", "scan").stdout
    assert "mode 0640 → 4777" in said
    assert "size 23 B → 4.0 KiB" in said
    assert "content changed 1, attributes changed 1, unexplained: 2" in said
    changes = {one["path"]: one for one in document(app.home, "scan")["changes"]}
    mode = changes[str(share / "b.txt")]
    assert (mode["before"]["mode"], mode["after"]["mode"]) == ("0640", "4777")
    assert "sha256" not in str(changes)


def test_whoever_moved_a_file_away_is_named_and_not_who_wrote_it_before(
    app: App, append: Append, share: Path
) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_bytes(b"?" * 99)
    (share / "a.txt").rename(share / "a.txt.locked")
    append([of(share, "a.txt", who=VIM)])
    moved = of(share, "a.txt.locked", kind=EventKind.RENAMED, old_path=bytes(share / "a.txt"))
    append([structs.replace(moved, who=CLIENT)])
    told = {one["path"]: one for one in document(app.home, "scan")["changes"]}
    assert {one["who"]["client"] for one in told.values()} == {"BV\\lan"}


def test_nobody_is_named_for_what_nobody_saw(app: App, append: Append, share: Path) -> None:
    """The newest event left the file there, and it is gone; or the other way round."""
    integrity_job.baseline(app)
    (share / "a.txt").unlink()
    (share / "b.txt").write_bytes(b"back")
    append([of(share, "a.txt", who=VIM, explained_by="growth")])
    append([of(share, "b.txt", kind=EventKind.REMOVED, who=VIM, explained_by="growth")])
    changes = document(app.home, "scan")["changes"]
    assert len(changes) == 2
    assert not [one for one in changes if "who" in one or "explained_by" in one]


def test_a_path_under_suspicion_is_not_approved_unawares(app: App, share: Path) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_bytes(b"?" * 99)
    assert "may be under attack" not in run(app.home, "integrity", "scan").stderr
    now = datetime.now(UTC)
    with suspicions_of(app) as store:
        store.put(Suspicion("s1", bytes(share), now, now, now, (Reason.CANARY,), 1))
    assert "may be under attack" in run(app.home, "integrity", "scan").stderr
    said = run(app.home, "integrity", "suspicions").stderr
    assert "--dismiss ID" in said
    assert "playbook run incident/ransomware-suspected" in said
