"""What leaves the host: counts and pseudonyms, and names only where the configuration says so."""

import hashlib
import os
from pathlib import Path

import pytest

from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job, integrity_statements
from tests.agent.integrity.said import said
from wire.messages import Baseline, IntegrityScan
from wire.verdicts import Names

PLANTED = "NguyenVanA-HIV"


@pytest.fixture
def told(app: App, share: Path) -> bytes:
    """Everything sealed after a planted name was baselined, changed, and another one added."""
    (share / "khoa nội" / f"{PLANTED}.txt").write_text("x")
    integrity_job.baseline(app)
    (share / "khoa nội" / f"{PLANTED}.txt").write_text("y")
    (share / f"{PLANTED}-2.txt").write_text("z")
    integrity_job.scan(app)
    from wire.envelope import peek_payload

    return b"".join(peek_payload(row.raw) for row in app.outbox.recent(100))


def test_the_default_names_nothing(told: bytes, share: Path) -> None:
    assert PLANTED.encode() not in told
    assert b"khoa" not in told
    assert str(share).encode() not in told


def test_no_plain_hash_of_path_or_content_leaves(told: bytes, share: Path) -> None:
    for guess in (f"{share}/khoa nội/{PLANTED}.txt", f"{PLANTED}.txt", "x", "y", "z", str(share)):
        assert hashlib.sha256(guess.encode()).hexdigest()[:32].encode() not in told


@pytest.mark.parametrize("app", ["folder"], indirect=True)
def test_folder_names_only_the_first_folders(app: App, told: bytes, share: Path) -> None:
    del told
    paths = {change.path for change in said(app, IntegrityScan)[0].changes}
    assert paths == {str(share), f"{share}/khoa nội"}


@pytest.mark.parametrize("app", ["full"], indirect=True)
def test_full_names_everything(app: App, told: bytes, share: Path) -> None:
    del told
    scan = said(app, IntegrityScan)[0]
    assert {change.path for change in scan.changes} == {
        f"{share}/khoa nội/{PLANTED}.txt",
        f"{share}/{PLANTED}-2.txt",
    }
    assert (scan.names, scan.path) == (Names.FULL, str(share))


@pytest.mark.parametrize("app", ["full"], indirect=True)
def test_a_name_that_is_no_utf_8_can_be_told(app: App, share: Path) -> None:
    integrity_job.baseline(app)
    Path(os.fsdecode(os.fsencode(share) + b"/\xff\n")).write_text("x")
    integrity_job.scan(app)
    assert said(app, IntegrityScan)[0].changes[0].path == f"{share}/\\xff\\n"


@pytest.mark.parametrize("app", ["full"], indirect=True)
def test_what_does_not_fit_is_counted(
    app: App, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity_statements, "MOST_TOLD", 10)
    integrity_job.baseline(app)
    for number in range(25):
        (share / f"{number}").write_text("x")
    integrity_job.scan(app)
    scan = said(app, IntegrityScan)[0]
    assert (len(scan.changes), scan.omitted, scan.added) == (10, 15, 25)


def test_a_scan_names_the_baseline_that_it_compared_with(app: App) -> None:
    integrity_job.baseline(app)
    integrity_job.scan(app)
    assert said(app, IntegrityScan)[0].baseline == said(app, Baseline)[0].root


def test_a_thousand_long_names_fit_into_one_envelope(app: App, share: Path) -> None:
    integrity_job.baseline(app)
    deep = share / ("ơ" * 80) / ("ư" * 80)
    deep.mkdir(parents=True)
    for number in range(1_100):
        (deep / f"{'ệ' * 70}{number}").write_text("")
    integrity_job.scan(app)
    scan = said(app, IntegrityScan)[0]
    assert scan.added == 1_102
    assert scan.omitted == scan.added - len(scan.changes)
