"""How clients of databases are run: bounded, without secrets in sight, and never left behind."""

import os
import select
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agent.backup.databases import shelf
from agent.facts import own_databases
from tests.agent.data.conftest import Judge
from tests.agent.data.test_data_dumps import GREEN, Case, real
from tests.real.database_servers import PASSWORD, PROGRAMS, Server, programs
from wire.verdicts import BackupVerdict, Cause

PRODUCE = """
import sys
from pathlib import Path
from agent.backup.sources.producing import Workbench, produce
from agent.clock import SystemClock
from agent.config.datasets import Database, Dataset
from agent.config.home import home_at
bench = Workbench(home_at(Path(sys.argv[1])), SystemClock(), sys.argv[2])
database = Database("his", host="127.0.0.1", run_as="")
dataset = Dataset("his", "0 * * * *", "8h", mariadb=database)
produce(bench, dataset, (), lambda size: print(size, flush=True))
"""


def test_no_secret_is_an_argument_or_a_variable_and_none_is_left(
    judge: Judge, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for kind, names in (
        ("postgresql", ("pg_dump", "pg_dumpall")),
        ("mariadb", ("mariadb-dump", "mariadb")),
    ):
        case = Case(kind, request.getfixturevalue(kind), tmp_path)
        case.make(rows=10)
        seen = tmp_path / f"seen-{kind}"
        scripts = {
            name: f'{{ printf "%s\\n" "$@"; env; }} >> {seen}; exec {real(name)} "$@"'
            for name in names
        }
        judge.folders = programs(tmp_path / f"bin-{kind}", scripts)
        assert judge.run(case.dataset()) == GREEN
        told = seen.read_text()
        assert "127.0.0.1" in told
        assert PASSWORD not in told
        assert "PGPASSWORD" not in told
        assert "MYSQL_PWD" not in told
    kept = [file for file in judge.home.dumps.rglob("*") if file.is_file()]
    assert not any(PASSWORD in file.read_text() for file in kept)
    assert {oct(file.stat().st_mode)[-3:] for file in kept} == {"600"}


def test_a_client_that_never_ends_is_ended(
    judge: Judge, postgresql: Server, tmp_path: Path
) -> None:
    case = Case("postgresql", postgresql, tmp_path)
    case.make(rows=10)
    judge.folders = programs(tmp_path / "bin", {"pg_dumpall": "exec sleep 600"})
    judge.limit = timedelta(milliseconds=200)
    assert judge.run(case.dataset()) == (BackupVerdict.RED, Cause.DUMP_FAILED)
    assert "timeout" in judge.says


def test_when_the_agent_is_killed_the_client_ends_and_its_half_dump_is_swept(
    judge: Judge, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    answer = "printf 'utf8mb4\\tutf8mb4_general_ci\\n'"
    scripts = {
        "mariadb": f'case "$*" in *GRANTS*) echo "GRANT ALL PRIVILEGES ON *.* TO x";; '
        f"*count*) echo 0;; *) {answer};; esac",
        "mariadb-dump": f"echo $$ > {pid_file}; exec cat /dev/zero",
    }
    folders = programs(tmp_path / "bin", scripts)
    command = [sys.executable, "-c", PRODUCE, str(tmp_path / "home"), folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        assert agent.stdout.readline()
        client = os.pidfd_open(int(pid_file.read_text()))
        agent.send_signal(signal.SIGKILL)
        agent.stdout.read()
    ended = select.poll()
    ended.register(client, select.POLLIN)
    assert ended.poll(20_000), "the client works on"
    os.close(client)
    half = judge.home.dumps / shelf.MAKING / "his" / "database.sql"
    assert half.stat().st_size > 0
    assert shelf.sweep(judge.home) == 1
    assert not half.exists()


def test_servers_tell_their_databases_by_name(postgresql: Server, mariadb: Server) -> None:
    name = "sổ 'khám' 1"
    postgresql.sql(f'CREATE DATABASE "{name}";', "postgres")
    mariadb.sql(f"CREATE DATABASE `{name}`;", "mysql")
    for server, query in (
        (postgresql, own_databases.POSTGRESQL_QUERY),
        (mariadb, own_databases.MARIADB_QUERY),
    ):
        answer = server.sql(query, "postgres" if server is postgresql else "mysql")
        names = [bytes.fromhex(word).decode() for word in answer.split()]
        assert name in names
        assert "postgres" not in names
    (folder,) = mariadb.sql(own_databases.MARIADB_FOLDER, "mysql").split()
    assert bytes.fromhex(folder).decode().rstrip("/") == str(mariadb.folder / "d")
    postgresql.sql("CREATE TABLE somebody (i int);", "postgres")
    answer = postgresql.sql(own_databases.POSTGRESQL_QUERY, "postgres")
    assert "postgres" in [bytes.fromhex(word).decode() for word in answer.split()]
    postgresql.sql("DROP TABLE somebody;", "postgres")
    postgresql.sql(f'DROP DATABASE "{name}";', "postgres")
    mariadb.sql(f"DROP DATABASE `{name}`;", "mysql")


def test_an_account_that_is_not_there_is_a_refusal(
    judge: Judge, postgresql: Server, tmp_path: Path
) -> None:
    case = Case("postgresql", postgresql, tmp_path)
    judge.folders = PROGRAMS
    nobody = case.dataset(run_as="lachan-nobody-x", password_file=None)
    assert judge.run(nobody) == (BackupVerdict.RED, Cause.DUMP_REFUSED)
