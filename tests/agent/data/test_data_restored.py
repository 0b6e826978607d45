"""A database comes back: saved to two sites, restored from one of them, loaded where nothing is."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.result import DatasetResult
from agent.backup.run import Setting, Task, run
from agent.clock import SystemClock
from agent.config.datasets import Dataset, Export
from agent.config.home import Home, home_at
from agent.config.model import Site
from agent.files.ledger import Ledger, open_ledger
from agent.restic import reading
from agent.restic.environment import Workplace
from agent.restic.process import Stopper
from agent.sites.opening import open_site
from tests.agent.data.conftest import Judge
from tests.agent.data.test_data_dumps import Case, with_routines
from tests.real import database_servers
from tests.real.database_servers import POSTGRESQL, PROGRAMS, Server
from tests.real.light_repositories import Born
from wire.verdicts import BackupVerdict, Cause, Consistency, HeldBy


class Facility:
    """A run over two folders as sites; everything else is real."""

    def __init__(self, judge: Judge, ledger: Ledger, folder: Path, pair: Born) -> None:
        self.judge, home = judge, judge.home
        for name in "ab":
            pair.give(home, name, folder / name)
        configured = [Site(name, "local", HeldBy.OWNED, path=folder / name) for name in "ab"]
        self.sites = tuple(open_site(site, home) for site in configured)
        notary = Notary(ledger, b"s" * 32, os.urandom, home.state_dir / "companions")
        work = Workplace(home.state_dir / "restic", path=PROGRAMS)
        self.setting = Setting(
            home, judge.records, notary, work, SystemClock(), "his-01", Stopper()
        )

    def back_up(self, dataset: Dataset) -> DatasetResult:
        return run(self.setting, Task(dataset, self.sites), Course(SystemClock()))

    def bring_back(self, result: DatasetResult, target: Path) -> Path:
        """Everything of the newest point, out of the second site."""
        point = result.sites[1].point
        assert point is not None, result.judgement
        target.mkdir()
        reading.restore(self.setting.restic(self.sites[1]), point.snapshot, target)
        return target


@pytest.fixture
def facility(judge: Judge, tmp_path: Path, pair: Born) -> Iterator[Facility]:
    with open_ledger(judge.home, SystemClock()) as ledger:
        yield Facility(judge, ledger, tmp_path, pair)


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    server: Server = request.getfixturevalue(request.param)
    made = Case(request.param, server, tmp_path)
    made.make()
    yield made
    made.admin(f"DROP DATABASE {made.name};")


def counts(server: Server, name: str) -> str:
    return server.sql("SELECT count(*) FROM patient; SELECT count(*) FROM ward;", name)


@pytest.mark.parametrize("case", ["postgresql"], indirect=True)
def test_a_postgresql_database_comes_back_whole_on_an_empty_server(
    facility: Facility, case: Case, tmp_path: Path
) -> None:
    with_routines(case)
    result = facility.back_up(case.dataset())
    assert result.outcome.source is not None
    assert result.outcome.source.fault is None
    assert result.consistency is Consistency.TRANSACTION
    back = facility.bring_back(result, tmp_path / "back")
    with database_servers.postgresql() as empty:
        # Its own roles are there already: those lines fail, and nothing else may.
        words = [
            str(POSTGRESQL / "psql"),
            "-X",
            "-q",
            "-h",
            str(empty.folder),
            "-p",
            str(empty.port),
        ]
        subprocess.run(
            [*words, "-f", "-", "postgres"],
            input=(back / "roles.sql").read_bytes(),
            check=True,
            capture_output=True,
            user=empty.owner if os.geteuid() == 0 else None,
        )
        empty.load(back / "create.sql", "postgres")
        empty.load(back / "database.sql", case.name)
        assert counts(empty, case.name) == counts(case.server, case.name) == "2000\n2"
        assert empty.sql("SELECT count(*) FROM v", case.name) == "2000"
        granted = f"SELECT has_table_privilege('{case.login}', 'ward', 'SELECT')"
        assert empty.sql(granted, case.name) == "t"


@pytest.mark.parametrize("case", ["mariadb"], indirect=True)
def test_a_mariadb_database_comes_back_whole_on_an_empty_server(
    facility: Facility, case: Case, tmp_path: Path
) -> None:
    with_routines(case)
    result = facility.back_up(case.dataset())
    back = facility.bring_back(result, tmp_path / "back")
    with database_servers.mariadb() as empty:
        empty.load(back / "create.sql", "mysql")
        empty.load(back / "database.sql", case.name)
        assert counts(empty, case.name) == counts(case.server, case.name) == "2000\n2"
        kinds = (
            "SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE();"
            "SELECT count(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE();"
            "SELECT count(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE();"
            "SELECT count(*) FROM v;"
        )
        assert empty.sql(kinds, case.name) == "1\n1\n1\n2000"


def test_a_sqlite_file_comes_back_whole_by_the_commands_alone(pair: Born, tmp_path: Path) -> None:
    file = tmp_path / "his" / "queue.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE number (id INTEGER PRIMARY KEY, ward TEXT)")
        made.executemany("INSERT INTO number VALUES (?, 'A')", [(one,) for one in range(500)])
        made.commit()
    home = home_at(tmp_path / "home")
    for name in "ab":
        pair.give(home, name, tmp_path / name)
    sites = "".join(
        f"\n  - {{name: {name}, kind: local, held_by: owned, path: {tmp_path / name}}}"
        for name in "ab"
    )
    home.agent_yaml.write_text(
        f"datasets: [{{name: q, sqlite: {{files: [{file}]}}, schedule: '0 * * * *', rpo: 8h}}]"
        f"\nsites:{sites}\n"
    )
    (dataset,) = said(home, 1, "backup", "run")["datasets"]
    assert (dataset["cause"], dataset["consistency"]) == ("UNVERIFIED", "transaction")
    back = tmp_path / "back"
    said(home, 0, "restore", "run", "--dataset", "q", "--site", "b", "--into", str(back))
    with closing(sqlite3.connect(back / str(file).lstrip("/"))) as read:
        assert read.execute("SELECT count(*) FROM number").fetchone() == (500,)
        assert read.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def said(home: Home, code: int, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "agent.cli", "--home", str(home.config_dir), "--json", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_an_export_s_point_is_of_its_marker_s_moment_and_a_failed_one_makes_none(
    facility: Facility, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "patients.csv").write_text("1;Nguyễn\n" * 50)
    (folder / "link").symlink_to("/etc/shadow")
    done_s = int(tmp_path.stat().st_mtime) - 3600
    (folder / "DONE").touch()
    for file in (folder / "patients.csv", folder / "DONE"):
        os.utime(file, (done_s, done_s))
    export = Export(folder, "DONE")
    dataset = Dataset(name="x", schedule="0 * * * *", rpo="8h", export=export)
    first = facility.back_up(dataset)
    points = [site.point for site in first.sites if site.point]
    assert [point.snapshot_at.timestamp() for point in points] == [done_s, done_s]
    back = facility.bring_back(first, tmp_path / "back")
    assert (back / "link").is_symlink()
    (folder / "DONE").unlink()
    second = facility.back_up(dataset)
    assert second.judgement.verdict is BackupVerdict.DEGRADED
    assert second.judgement.cause is Cause.EXPORT_UNMARKED
    assert [site.point for site in second.sites] == points
    shutil.rmtree(folder)
