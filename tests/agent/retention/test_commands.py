"""`backup retention`, `hold`, `release`, `keys`: what a person sees, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.backup.retention.errors import NobodyInParticularError
from agent.cli.backup.retention_words import OBSTACLES, STAYS
from agent.cli.main import root_command
from agent.daemon import people
from recovery.retention import Stay
from recovery.retention_leave import Obstacle
from tests.agent.retention.conftest import Facility


def run(facility: Facility, *words: str) -> Result:
    argv = ["--home", str(facility.folder / "home"), "--lang", "en", *words]
    return CliRunner().invoke(root_command(), argv, standalone_mode=False)


def document(done: Result) -> dict[str, Any]:
    assert done.exception is None, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def as_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    login = tmp_path / "loginuid"
    login.write_text("1001")
    monkeypatch.setattr(people.caller, "__defaults__", (login, None))


def test_every_reason_has_its_words() -> None:
    assert set(STAYS) == set(Stay)
    assert set(OBSTACLES) == set(Obstacle)


def test_a_dry_run_lists_every_snapshot_with_its_reason(facility: Facility) -> None:
    done = run(facility, "backup", "retention", "--site", "a", "--dry-run")
    assert done.return_value == 0
    assert "a rule of `keep` wants it" in done.stdout
    assert "Site a: 3 snapshots would go." in done.stdout
    (site,) = document(run(facility, "backup", "retention", "--site", "a", "--dry-run", "--json"))[
        "sites"
    ]
    going = [one for one in site["snapshots"] if one["goes"]]
    assert len(going) == 3
    assert {one["stays_because"] for one in site["snapshots"]} >= {None, "RULE", "NEWEST"}
    assert (site["removed"], site["dry_run"]) == ([], True)


@pytest.mark.usefixtures("as_person")
def test_what_is_held_stays_and_is_shown(facility: Facility) -> None:
    held = document(run(facility, "backup", "hold", "--reason", "điều tra", "--json"))
    assert held["holds"][0]["by"] == "uid:1001"
    assert "điều tra" in run(facility, "backup", "status").stdout
    assert document(run(facility, "backup", "status", "--json"))["holds"][0]["reason"] == "điều tra"
    done = run(facility, "backup", "retention", "--site", "a")
    assert done.return_value == 1
    assert "two people can release them" in done.stdout
    asked = run(facility, "backup", "release")
    assert "A second person must run the same" in asked.stdout
    assert document(run(facility, "backup", "release", "--json"))["released"] is False


def test_root_alone_releases_nothing(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    login = tmp_path / "loginuid"
    login.write_text("0")
    monkeypatch.setattr(people.caller, "__defaults__", (login, None))
    run(facility, "backup", "hold")
    assert isinstance(run(facility, "backup", "release").exception, NobodyInParticularError)


def test_an_order_that_nobody_gave_is_a_persons_hold(facility: Facility) -> None:
    held = document(run(facility, "backup", "hold", "--order", "o-1", "--json"))
    assert not held["holds"][0]["by"].startswith("order:")


def test_keys_are_listed_and_accepted_by_name_of_their_site_only(facility: Facility) -> None:
    sites = document(run(facility, "backup", "keys", "--json"))["sites"]
    assert [(one["site"], len(one["keys"])) for one in sites] == [("a", 1), ("b", 1)]
    assert "this agent's" in run(facility, "backup", "keys", "--site", "a").stdout
    assert run(facility, "backup", "keys", "--accept", "12345678").exception is not None
