"""Bad dumps are never taken for good ones; good ones are never called bad. Real servers."""

import resource
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from agent.backup.databases import shelf
from agent.config.datasets import Database, Dataset
from agent.host import PROGRAM_FOLDERS
from tests.agent.data.conftest import Judge
from tests.real.database_servers import PASSWORD, PROGRAMS, Server, programs
from wire.verdicts import BackupVerdict, Cause, Consistency

GREEN = (BackupVerdict.GREEN, None)
ROWS = (
    "CREATE TABLE patient (id int PRIMARY KEY, name text);"
    "INSERT INTO patient {select};"
    "CREATE TABLE ward (id int PRIMARY KEY); INSERT INTO ward VALUES (1), (2);"
)
PG_ROWS = "SELECT n, 'Nguyễn Văn ' || n || repeat('x', 80) FROM generate_series(1, {rows}) n"
MY_ROWS = "SELECT seq, CONCAT('Nguyễn Văn ', seq, REPEAT('x', 80)) FROM seq_1_to_{rows}"
_NUMBERS = count()


class Case:
    """One database of a real server, with a login that may only read it, and its dataset."""

    def __init__(self, kind: str, server: Server, folder: Path) -> None:
        self.kind, self.server = kind, server
        self.name = f"his{next(_NUMBERS)}"
        self.login = f"dump{self.name}"
        self.password = folder / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)

    @property
    def is_postgresql(self) -> bool:
        return self.kind == "postgresql"

    def make(self, rows: int = 2000) -> None:
        self.admin(f"CREATE DATABASE {self.name};")
        select = (PG_ROWS if self.is_postgresql else MY_ROWS).format(rows=rows)
        self.sql(ROWS.format(select=select))
        word = PASSWORD.replace("'", "''")
        if self.is_postgresql:
            self.sql(
                f"CREATE ROLE {self.login} LOGIN PASSWORD '{word}';"
                f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {self.login};"
            )
        else:
            word = word.replace("\\", "\\\\")
            self.admin(f"CREATE USER {self.login}@'%' IDENTIFIED BY '{word}';")
            self.admin(f"GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO {self.login}@'%';")

    def admin(self, text: str) -> str:
        return self.server.sql(text, "postgres" if self.is_postgresql else "mysql")

    def sql(self, text: str) -> str:
        return self.server.sql(text, self.name)

    def dataset(self, **changed: object) -> Dataset:
        words = {
            "database": self.name,
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": self.login,
            "password_file": self.password,
        } | changed
        database = Database(**words)  # type: ignore[arg-type]
        kinds = {self.kind: database}
        return Dataset(name="his", schedule="0 * * * *", rpo="8h", **kinds)  # type: ignore[arg-type]


def more_rows(case: Case, rows: int) -> str:
    select = (PG_ROWS if case.is_postgresql else MY_ROWS).format(rows=rows)
    number = "n" if case.is_postgresql else "seq"
    return select.replace(number, f"{number} + 10000", 1)


@pytest.fixture(params=["postgresql", "mariadb"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    server: Server = request.getfixturevalue(request.param)
    made = Case(request.param, server, tmp_path)
    made.make()
    yield made
    if server.process is not None and server.process.poll() is None:
        made.admin(f"DROP DATABASE IF EXISTS {made.name};")


def dumped(judge: Judge) -> str:
    return (judge.home.dumps / "his" / "database.sql").read_text()


def real(name: str) -> str:
    """Where the program itself is; what stands in front of it calls it so."""
    found = shutil.which(name, path=PROGRAMS)
    assert found is not None
    return found


def cut(judge: Judge, case: Case) -> Dataset:
    """The client ends with 0 and has not written everything."""
    name = "pg_dump" if case.is_postgresql else "mariadb-dump"
    script = f'{real(name)} "$@" | head -c 100000; exit 0'
    judge.folders = programs(case.password.parent / "bin", {name: script})
    return case.dataset()


def nothing(judge: Judge, case: Case) -> Dataset:
    """The client ends with 0 and says nothing at all."""
    name = "pg_dump" if case.is_postgresql else "mariadb-dump"
    judge.folders = programs(case.password.parent / "bin", {name: "exit 0"})
    return case.dataset()


def wrong_password(_judge: Judge, case: Case) -> Dataset:
    case.password.write_text("guessed\n")
    return case.dataset()


def open_password(_judge: Judge, case: Case) -> Dataset:
    case.password.chmod(0o644)
    return case.dataset()


def database_gone(_judge: Judge, case: Case) -> Dataset:
    case.admin(f"DROP DATABASE {case.name};")
    return case.dataset()


def collapsed(_judge: Judge, case: Case) -> Dataset:
    case.sql("DELETE FROM patient WHERE id > 200;")
    return case.dataset()


def emptied(_judge: Judge, case: Case) -> Dataset:
    """A restore that went wrong: the tables are there, the rows are not."""
    case.sql("DELETE FROM patient; DELETE FROM ward;")
    return case.dataset()


def made_anew(_judge: Judge, case: Case) -> Dataset:
    case.sql("DROP TABLE patient; DROP TABLE ward;")
    return case.dataset()


def right_lost(_judge: Judge, case: Case) -> Dataset:
    """MariaDB's client would leave the table out, and end with 0."""
    if case.is_postgresql:
        case.sql(f"REVOKE SELECT ON ward FROM {case.login};")  # noqa: S608 - a name of our own
    else:
        case.admin(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {case.login}@'%';")
        case.admin(f"GRANT SELECT ON {case.name}.patient TO {case.login}@'%';")
    return case.dataset()


def server_away(_judge: Judge, case: Case) -> Dataset:
    return case.dataset(host="/nowhere", port=0)


def program_missing(judge: Judge, case: Case) -> Dataset:
    judge.folders = str(case.password.parent)
    return case.dataset()


def client_old(judge: Judge, case: Case) -> Dataset:
    says = "pg_dump: error: aborting because of server version mismatch"
    script = f'echo "{says}" >&2; exit 1'
    name = "pg_dump" if case.is_postgresql else "mariadb-dump"
    judge.folders = programs(case.password.parent / "bin", {name: script})
    return case.dataset()


BAD: dict[str, tuple[Callable[[Judge, Case], Dataset], Cause]] = {
    "cut, exit 0": (cut, Cause.DUMP_INCOMPLETE),
    "nothing, exit 0": (nothing, Cause.DUMP_INCOMPLETE),
    "wrong password": (wrong_password, Cause.DUMP_REFUSED),
    "password open to others": (open_password, Cause.DUMP_REFUSED),
    "database gone": (database_gone, Cause.SOURCE_MISSING),
    "collapsed to a tenth": (collapsed, Cause.SOURCE_SHRUNK),
    "emptied": (emptied, Cause.SOURCE_SHRUNK),
    "made anew": (made_anew, Cause.SOURCE_SHRUNK),
    "right on a table lost": (right_lost, Cause.DUMP_REFUSED),
    "server away": (server_away, Cause.DUMP_SERVER_AWAY),
    "program missing": (program_missing, Cause.DUMP_TOOL_MISSING),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_dump_makes_no_point_and_leaves_the_one_before(
    judge: Judge, case: Case, fault: str
) -> None:
    good = case.dataset()
    assert judge.run(good) == GREEN
    before = dumped(judge)
    spoil, cause = BAD[fault]
    assert judge.run(spoil(judge, case)) == (BackupVerdict.DEGRADED, cause)
    assert dumped(judge) == before
    assert list((judge.home.dumps / shelf.MAKING).iterdir()) == []
    assert PASSWORD not in judge.says


def test_a_server_that_dies_in_the_middle_makes_no_point(judge: Judge, case: Case) -> None:
    assert judge.run(case.dataset()) == GREEN
    before = dumped(judge)
    case.sql("INSERT INTO patient " + more_rows(case, 30_000))
    name, server = ("pg_dump" if case.is_postgresql else "mariadb-dump"), case.server
    # The client's own exit code; the server goes when the first 100 kB have come.
    script = (
        f'{{ {real(name)} "$@"; echo $? >"$0.code"; }} | '
        f'{{ head -c 100000; case "$*" in *create*) ;; *) {server.death};; esac; '
        f'cat; }}; exit "$(cat "$0.code")"'
    )
    judge.folders = programs(case.password.parent / "bin", {name: script})
    try:
        found = judge.run(case.dataset())
    finally:
        server.kill()
        server.start()
    assert found == (BackupVerdict.DEGRADED, Cause.DUMP_FAILED)
    assert dumped(judge) == before
    judge.folders = PROGRAMS
    assert judge.run(case.dataset()) == GREEN


def test_a_full_disk_makes_no_point(judge: Judge, case: Case) -> None:
    """The kernel refuses to let a file of this process grow."""
    case.sql("INSERT INTO patient " + more_rows(case, 30_000))
    assert judge.run(case.dataset()) == GREEN
    before = dumped(judge)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, limits[1]))
    try:
        found = judge.run(case.dataset())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert found == (BackupVerdict.DEGRADED, Cause.NO_SPACE)
    assert dumped(judge) == before


def test_an_older_client_than_its_server_is_said(
    judge: Judge, postgresql: Server, tmp_path: Path
) -> None:
    case = Case("postgresql", postgresql, tmp_path)
    case.make(rows=10)
    says = "pg_dump: error: aborting because of server version mismatch"
    judge.folders = programs(tmp_path / "bin", {"pg_dump": f'echo "{says}" >&2; exit 1'})
    assert judge.run(case.dataset())[1] is Cause.DUMP_TOOL_OLD


@pytest.mark.parametrize("right", ["TRIGGER", "EVENT", "SHOW VIEW"])
def test_what_a_login_may_not_see_is_not_left_out_silently(
    judge: Judge, mariadb: Server, tmp_path: Path, right: str
) -> None:
    case = Case("mariadb", mariadb, tmp_path)
    case.make(rows=10)
    assert judge.run(case.dataset()) == GREEN
    case.admin(f"REVOKE {right} ON *.* FROM {case.login}@'%';")
    assert judge.run(case.dataset()) == (BackupVerdict.DEGRADED, Cause.DUMP_REFUSED)
    assert right in judge.says


def grown(case: Case) -> None:
    case.sql("INSERT INTO patient " + more_rows(case, 4000))


def with_routines(case: Case) -> None:
    if case.is_postgresql:
        case.sql(
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '\n\\.\n-- PostgreSQL"
            " database dump complete\nCOPY x FROM stdin;\n' $$;"
            "CREATE VIEW v AS SELECT * FROM patient;"
        )
        case.sql(f"GRANT SELECT ON v TO {case.login};")
        return
    case.sql(
        "CREATE VIEW v AS SELECT * FROM patient;"
        "CREATE TRIGGER t BEFORE INSERT ON patient FOR EACH ROW SET NEW.name = 'x';"
        "CREATE FUNCTION f() RETURNS text DETERMINISTIC RETURN '\n-- Dump completed\n';"
        "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO DELETE FROM ward;"
    )


def with_strange_names(case: Case) -> None:
    quote = '"' if case.is_postgresql else "`"
    name = f"{quote}bảng {quote * 2} 'một'; -- \\{quote}"
    case.sql(f"CREATE TABLE {name} (t text);")
    case.sql(f"INSERT INTO {name} VALUES ('COPY x FROM stdin;');")  # noqa: S608
    if case.is_postgresql:
        case.sql(f"GRANT SELECT ON {name} TO {case.login};")


def as_it_was(_case: Case) -> None:
    return


def a_little_less(case: Case) -> None:
    case.sql("DELETE FROM patient WHERE id > 1300;")


def always_empty(case: Case) -> None:
    case.sql("DELETE FROM patient; DELETE FROM ward;")


@pytest.mark.parametrize(
    "change", [as_it_was, grown, with_routines, with_strange_names, a_little_less]
)
def test_a_good_dump_is_green(judge: Judge, case: Case, change: Callable[[Case], None]) -> None:
    assert judge.run(case.dataset()) == GREEN
    change(case)
    assert judge.run(case.dataset()) == GREEN


def test_a_database_that_is_always_empty_is_green(judge: Judge, case: Case) -> None:
    always_empty(case)
    assert judge.run(case.dataset()) == GREEN
    assert judge.run(case.dataset()) == GREEN


def test_a_database_that_shrank_on_purpose_is_taken_when_a_person_says_so(
    judge: Judge, case: Case
) -> None:
    assert judge.run(case.dataset()) == GREEN
    case.sql("DELETE FROM patient WHERE id > 200;")
    assert judge.run(case.dataset())[1] is Cause.SOURCE_SHRUNK
    assert judge.run(case.dataset(), accept_source=True) == GREEN


def test_tables_without_transactions_make_it_mixed(
    judge: Judge, mariadb: Server, tmp_path: Path
) -> None:
    case = Case("mariadb", mariadb, tmp_path)
    case.make(rows=10)
    judge.run(case.dataset())
    case.sql("CREATE TABLE old (i int) ENGINE=MyISAM;")
    judge.run(case.dataset())
    classes = [look.taken.consistency for look in judge.looks if look.taken]
    assert classes == [Consistency.TRANSACTION, Consistency.MIXED]


def test_over_the_socket_no_password_is_needed(judge: Judge, case: Case) -> None:
    """As root the client of PostgreSQL runs as the account that the server knows."""
    socket = str(case.server.folder / ("" if case.is_postgresql else "s"))
    judge.folders = PROGRAM_FOLDERS
    local = case.dataset(host=socket, user="", password_file=None)
    assert judge.run(local) == GREEN


@pytest.mark.parametrize("name", ["a'b\"c`", "-d", "host=x dbname=y"])
def test_no_name_of_a_database_becomes_a_word_of_its_own(
    judge: Judge, case: Case, name: str
) -> None:
    quote = '"' if case.is_postgresql else "`"
    quoted = f"{quote}{name.replace(quote, quote * 2)}{quote}"
    case.admin(f"CREATE DATABASE {quoted};")
    try:
        assert judge.run(case.dataset(database=name)) == GREEN
    finally:
        case.admin(f"DROP DATABASE {quoted};")
    settings = (judge.home.dumps / "his" / "create.sql").read_text()
    assert f"CREATE DATABASE {quoted}" in settings


def test_a_line_end_in_a_name_adds_no_line(judge: Judge, case: Case) -> None:
    """PostgreSQL's client refuses such a name, MariaDB's takes it as one."""
    quote = '"' if case.is_postgresql else "`"
    case.admin(f"CREATE DATABASE {quote}a\nDROP TABLE patient;{quote};")
    try:
        found = judge.run(case.dataset(database="a\nDROP TABLE patient;"))
    finally:
        case.admin(f"DROP DATABASE {quote}a\nDROP TABLE patient;{quote};")
    if case.is_postgresql:
        assert found == (BackupVerdict.RED, Cause.DUMP_FAILED)
    else:
        assert found == GREEN
        assert "\nDROP TABLE patient" not in dumped(judge)
