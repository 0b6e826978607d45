"""A baseline counts only as it was sealed: changed, cut, lost or put back, it is found out."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import accept_job, integrity_job
from agent.integrity import look
from agent.integrity.errors import ChangedSinceReviewError, NothingWatchedError, NotWatchedError
from agent.state import gaps
from tests.agent.integrity.conftest import configure
from tests.agent.integrity.said import said
from wire.messages import Baseline, Gap, IntegrityScan


def gap(app: App) -> str:
    (scan,) = integrity_job.scan(app)
    return scan.gap


def edit(home: Home, statement: str) -> None:
    connection = sqlite3.connect(home.database("baseline"))
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_without_a_baseline_a_scan_is_a_gap(app: App) -> None:
    assert gap(app) == look.NO_BASELINE
    assert said(app, Gap)[0].reason == look.NO_BASELINE


def test_a_baseline_stays_until_it_is_asked_for_again(app: App, share: Path) -> None:
    (first,) = integrity_job.baseline(app)
    (share / "a.txt").write_text("khác")
    (second,) = integrity_job.baseline(app)
    assert (first.kept, second.kept) == (False, True)
    assert integrity_job.scan(app)[0].findings.changes
    integrity_job.baseline(app, again=True)
    assert not integrity_job.scan(app)[0].findings.changes


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET sha256 = zeroblob(32) WHERE sha256 IS NOT NULL",
        "UPDATE entries SET mode = mode + 1 WHERE key = (SELECT max(key) FROM entries)",
        "UPDATE entries SET mode = 'no number'",
        "UPDATE entries SET trouble = 'denied'",
        "DELETE FROM entries WHERE key = (SELECT max(key) FROM entries)",
        "UPDATE entries SET key = key || x'78' WHERE key = (SELECT max(key) FROM entries)",
        "UPDATE baselines SET root = 'p00000000000000000000000000000000'",
        "UPDATE baselines SET watched = x'2f'",
    ],
)
def test_an_edited_baseline_is_found_out(app: App, home: Home, statement: str) -> None:
    integrity_job.baseline(app)
    edit(home, statement)
    assert gap(app) in {look.BASELINE_CHANGED, look.BASELINE_LOST}
    assert not said(app, IntegrityScan)[0].changes


def test_a_truncated_baseline_is_kept_aside_and_told(app: App, home: Home) -> None:
    integrity_job.baseline(app)
    file = home.database("baseline")
    file.write_bytes(file.read_bytes()[:5000])
    assert gap(app) == look.BASELINE_LOST
    assert [one.purpose for one in gaps.waiting(home)] == ["baseline"]
    assert list(home.state_dir.glob("baseline.sqlite.damaged-*"))


def test_a_removed_baseline_is_told(app: App, home: Home) -> None:
    integrity_job.baseline(app)
    home.database("baseline").unlink()
    assert gap(app) == look.BASELINE_LOST


def test_an_older_baseline_put_back_is_found_out(app: App, home: Home, share: Path) -> None:
    integrity_job.baseline(app)
    shutil.copy(home.database("baseline"), home.state_dir / "older")
    (share / "a.txt").write_text("khác")
    integrity_job.baseline(app, again=True)
    shutil.copy(home.state_dir / "older", home.database("baseline"))
    assert gap(app) == look.BASELINE_CHANGED


def test_an_older_baseline_under_the_root_of_the_newest_is_found_out(
    app: App, home: Home, share: Path
) -> None:
    """Rows and facts that fit together, in the place of those that were sealed."""
    integrity_job.baseline(app)
    shutil.copy(home.database("baseline"), home.state_dir / "older.sqlite")
    (share / "a.txt").write_text("khác")
    integrity_job.baseline(app, again=True)
    older = f"ATTACH '{home.state_dir / 'older.sqlite'}' AS older"
    facts = "(SELECT {0} FROM older.baselines)"
    columns = ("facts", "made_at", "files", "bytes", "unreadable")
    changes = ", ".join(f"{name} = {facts.format(name)}" for name in columns)
    newest = "(SELECT id FROM main.baselines WHERE approved = 1)"
    connection = sqlite3.connect(home.database("baseline"), isolation_level=None)
    connection.execute(older)
    connection.execute("DELETE FROM main.entries")
    connection.execute("INSERT INTO main.entries SELECT * FROM older.entries")
    connection.execute(f"UPDATE main.entries SET baseline = {newest}")  # noqa: S608 - our words
    connection.execute(f"UPDATE main.baselines SET {changes} WHERE id = {newest}")  # noqa: S608
    connection.close()
    assert gap(app) in {look.BASELINE_CHANGED, look.BASELINE_LOST}


def test_a_baseline_whose_approval_was_cut_off_counts(
    app: App, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("khác")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("agent.integrity.store.BaselineStore.approve", crash)
    with pytest.raises(KeyboardInterrupt):
        integrity_job.baseline(app, again=True)
    monkeypatch.undo()
    (scan,) = integrity_job.scan(app)
    assert (scan.gap, scan.findings.changes) == ("", ())


def test_a_missing_path_gets_no_baseline(app: App, share: Path) -> None:
    shutil.rmtree(share)
    (taken,) = integrity_job.baseline(app)
    assert (taken.taken.baseline, taken.taken.gap) == (None, look.MISSING)
    assert not said(app, Baseline)


def test_a_watched_link_is_refused(app: App, share: Path, tmp_path: Path) -> None:
    share.rename(tmp_path / "real")
    share.symlink_to(tmp_path / "real")
    (taken,) = integrity_job.baseline(app)
    assert taken.taken.gap == look.SYMBOLIC_LINK


def test_accepting_a_reviewed_scan_approves_it(app: App, share: Path) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("khác")
    (seen,) = integrity_job.scan(app)
    accept_job.accept(app, seen.findings.review)
    assert not integrity_job.scan(app)[0].findings.changes


@pytest.mark.parametrize("what", ["content", "another file", "mode"])
def test_what_changed_after_the_review_is_not_accepted(app: App, share: Path, what: str) -> None:
    integrity_job.baseline(app)
    (share / "a.txt").write_text("khác")
    (seen,) = integrity_job.scan(app)
    later: dict[str, Callable[[], object]] = {
        "content": lambda: (share / "a.txt").write_text("kháC"),
        "another file": lambda: (share / "mới").write_text(""),
        "mode": lambda: (share / "a.txt").chmod(0o777),
    }
    later[what]()
    with pytest.raises(ChangedSinceReviewError):
        accept_job.accept(app, seen.findings.review)


def test_a_path_that_is_not_watched_is_refused(app: App) -> None:
    with pytest.raises(NotWatchedError):
        integrity_job.scan(app, [Path("/etc")])


def test_an_agent_that_watches_nothing_says_so(app: App, home: Home) -> None:
    del app
    home.agent_yaml.write_text("facility: GL-BVDK\n")
    bare = open_app(home)
    with pytest.raises(NothingWatchedError):
        integrity_job.scan(bare)
    bare.close()


def test_the_key_decides_the_root(app: App, share: Path, tmp_path: Path) -> None:
    integrity_job.baseline(app)
    other = home_at(tmp_path / "other")
    configure(other, share)
    stranger = open_app(other)
    integrity_job.baseline(stranger)
    assert said(app, Baseline)[0].root != said(stranger, Baseline)[0].root
    stranger.close()
