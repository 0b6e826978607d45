"""A site put back to an older copy: what it lost stands against it until a person accepts it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.backup.records.losses import PACK
from agent.backup.records.records import Point, Records, open_records
from agent.clock import SystemClock
from agent.config.home import home_at
from tests.agent.backup.conftest import fill
from tests.agent.backup.test_command_line import Agent
from wire.verdicts import Cause

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(open_records(home_at(tmp_path / "home"), SystemClock())) as opened:
        yield opened


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """Both sites are folders: what matters here is what they lose."""
    one = Agent(tmp_path / "home", tmp_path / "share", tmp_path / "nas")
    one.folder.mkdir(mode=0o700)
    one.nas.mkdir()
    (tmp_path / "other").mkdir()
    fill(one.source, 3)
    one.home.agent_yaml.write_text(
        f"""datasets: [{{name: share, paths: [{one.source}], schedule: "0 4 * * *", rpo: 8h}}]
sites:
  - {{name: a, kind: local, path: {one.nas}/repository, held_by: owned}}
  - {{name: b, kind: local, path: {tmp_path}/other/repository, held_by: owned}}
"""
    )
    return one


@contextmanager
def put_back(repository: Path) -> Iterator[None]:
    """What the repository gains inside the block is gone after it."""
    older = repository.with_name("older")
    shutil.copytree(repository, older)
    yield
    shutil.rmtree(repository)
    older.rename(repository)


def put_back_after_a_run(agent: Agent) -> None:
    agent.run("backup", "run")
    with put_back(agent.nas / "repository"):
        (agent.source / "new.txt").write_text("new\n")
        agent.run("backup", "run")
        agent.run("backup", "verify")


def state_of_a(agent: Agent, *words: str) -> tuple[str, str | None]:
    (dataset,) = agent.document("backup", *words)["datasets"]
    site = dataset["sites"][0]
    assert site["name"] == "a"
    return site["verdict"], site["cause"]


def test_what_vanished_stands_through_runs_and_verifications_until_it_is_accepted(
    agent: Agent,
) -> None:
    put_back_after_a_run(agent)
    verified = agent.run("backup", "verify", "--site", "a", "--json")
    assert verified.returncode == 1
    (site,) = json.loads(verified.stdout)["sites"]
    assert (site["cause"], site["packs_lost"] > 0) == ("SNAPSHOTS_VANISHED", True)
    lost = ("RED", "SNAPSHOTS_VANISHED")
    assert state_of_a(agent, "run") == lost
    assert state_of_a(agent, "run") == lost
    again = agent.run("backup", "verify", "--site", "a")
    assert again.returncode == 1
    assert "packs that were there are gone" in again.stderr
    assert "--accept-loss" in again.stderr
    assert state_of_a(agent, "run", "--accept-loss", "a") == ("GREEN", None)
    sealed = b"".join(file.read_bytes() for file in agent.home.state_dir.glob("outbox.sqlite*"))
    assert b"vnd.lachan.gap" in sealed


def test_a_loss_is_accepted_at_a_configured_site_only(agent: Agent) -> None:
    assert agent.run("backup", "run", "--accept-loss", "c").returncode == 64


def test_only_what_was_found_before_is_accepted(records: Records) -> None:
    losses = records.losses("a")
    losses.points_vanished(["1"], AT)
    assert losses.accept(AT) == 1
    assert records.damage("a") is None
    losses.points_vanished(["2"], AT)
    assert (losses.standing(), records.damage("a")) == (1, Cause.SNAPSHOTS_VANISHED)


def test_packs_that_are_gone_are_counted_until_they_are_accepted(records: Records) -> None:
    ledger = records.pack_ledger("a")
    ledger.renew(["aa", "bb", "cc"], AT)
    assert len(ledger.renew(["aa"], AT)) == 1
    ledger.renew(["aa"], AT)
    assert records.losses("a").standing(PACK) == 2
    assert records.damage("a") is Cause.SNAPSHOTS_VANISHED
    records.whole("a")
    assert records.losses("a").standing(PACK) == 2
    assert records.losses("a").accept(AT) == 2
    assert records.damage("a") is None


def test_points_of_every_dataset_that_vanished_are_dropped_from_the_records(
    records: Records,
) -> None:
    for number, dataset in enumerate(("share", "his")):
        records.add_point(Point("a", str(number), dataset, "tree", AT, AT))
    assert [point.snapshot for point in records.points("", "a")] == ["0", "1"]
    records.losses("a").points_vanished(["0"], AT)
    assert [point.snapshot for point in records.points("", "a")] == ["1"]
    assert records.losses("b").standing() == 0


@pytest.mark.parametrize("cause", [Cause.CONTENT_DIFFERS, Cause.SNAPSHOTS_VANISHED])
def test_reading_everything_disproves_damage_and_nothing_else(
    records: Records, cause: Cause
) -> None:
    records.damaged("a", cause, AT)
    records.damaged("a", Cause.REPOSITORY_DAMAGED, AT)
    assert records.damage("a") is Cause.REPOSITORY_DAMAGED
    records.whole("a")
    assert records.damage("a") is cause
    assert records.losses("a").accept(AT) == 1
    assert records.damage("a") is None
