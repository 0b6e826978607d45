"""What decides about dumps, without any server: any block sizes, any cut, any history."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.backup.databases.judging import MARIADB_SAYS, POSTGRESQL_SAYS, cause_of, fault
from agent.backup.databases.mariadb import connection, missing_rights, option_file
from agent.backup.databases.postgresql import account, pass_line
from agent.backup.databases.postgresql import connection as libpq
from agent.backup.databases.sql_text import MARIADB, POSTGRESQL, DumpLook, Scan, SqlForm
from agent.config.datasets import Database
from wire.verdicts import Cause

PG = b"""--
-- PostgreSQL database dump
--

\\restrict Abc123

-- Data for Name: ward; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.ward (id) FROM stdin;
\\.


--
-- Data for Name: patient; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.patient (id, name) FROM stdin;
1	COPY x FROM stdin;
2	-- PostgreSQL database dump complete
\\.


--
-- PostgreSQL database dump complete
--

\\unrestrict Abc123

"""
MY = b"""/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19
--
-- Table structure for table `patient`
--

CREATE TABLE `patient` (
  `id` int
);
INSERT INTO `patient` VALUES
(1,'a;\\nINSERT INTO `x` VALUES (2);\\n'),
(2,'b');
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed
"""
WHOLE = {POSTGRESQL: PG, MARIADB: MY}


def looked_at(form: SqlForm, content: bytes, size: int = 4096) -> DumpLook:
    scan = Scan(form)
    for place in range(0, len(content), size):
        scan.take(content[place : place + size])
    return scan.look()


def test_tables_and_rows_are_counted() -> None:
    assert looked_at(POSTGRESQL, PG) == DumpLook(len(PG), 60, 2, whole=True)
    assert looked_at(MARIADB, MY) == DumpLook(len(MY), 49, 1, whole=True)


@pytest.mark.parametrize("form", [POSTGRESQL, MARIADB], ids=["postgresql", "mariadb"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 333])
def test_the_size_of_the_blocks_changes_nothing(form: SqlForm, size: int) -> None:
    assert looked_at(form, WHOLE[form], size) == looked_at(form, WHOLE[form])


@pytest.mark.parametrize("form", [POSTGRESQL, MARIADB], ids=["postgresql", "mariadb"])
def test_a_dump_that_is_cut_anywhere_is_not_whole(form: SqlForm) -> None:
    content = WHOLE[form].rstrip(b"\n")
    whole = [end for end in range(len(content) - 1) if looked_at(form, content[:end]).whole]
    assert whole == []


def test_the_end_of_another_dump_is_none() -> None:
    assert not looked_at(POSTGRESQL, PG.replace(b"\\unrestrict Abc123", b"\\unrestrict X")).whole
    assert not looked_at(POSTGRESQL, PG.replace(b"\\restrict Abc123", b"")).whole
    assert not looked_at(POSTGRESQL, MY).whole
    older = PG.replace(b"\\restrict Abc123", b"").replace(b"\\unrestrict Abc123", b"")
    assert looked_at(POSTGRESQL, older).whole  # clients before August 2025


def test_an_end_inside_of_rows_is_no_end() -> None:
    cut = PG[: PG.index(b"2\t-- Post")] + b"2\tx\n--\n-- PostgreSQL database dump complete\n--\n\n"
    assert not looked_at(POSTGRESQL, cut + b"\\unrestrict Abc123\n").whole


@settings(max_examples=30)
@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_looked_at(content: bytes, size: int) -> None:
    look = looked_at(POSTGRESQL, content, size)
    assert not look.whole
    assert look.bytes == len(content)


def look(size: int, data: int, tables: int, *, whole: bool = True) -> DumpLook:
    return DumpLook(size, data, tables, whole=whole)


USUAL = look(1_000_000, 900_000, 40)


@pytest.mark.parametrize(
    ("now", "history", "expected"),
    [
        (look(10, 0, 0, whole=False), [], Cause.DUMP_INCOMPLETE),
        (look(10, 0, 0), [], None),
        (look(1_000_000, 900_000, 40), [USUAL], None),
        (look(3_000_000, 2_900_000, 90), [USUAL], None),
        (look(600_000, 500_000, 30), [USUAL], None),
        (look(100_000, 90_000, 40), [USUAL], Cause.SOURCE_SHRUNK),
        (look(900_000, 90_000, 40), [USUAL], Cause.SOURCE_SHRUNK),  # much is words about tables
        (look(900_000, 800_000, 10), [USUAL], Cause.SOURCE_SHRUNK),
        (look(500, 0, 3), [look(900, 20, 3)], Cause.SOURCE_SHRUNK),  # nothing left of little
        (look(500, 5, 3), [look(900, 20, 3)], None),  # of little, half says nothing
        (look(500, 0, 2), [look(500, 0, 2)], None),  # always empty
        (USUAL, [look(100, 1, 1), *[USUAL] * 4], None),  # one odd run does not count
        (look(100_000, 90_000, 40), [look(1, 1, 1), *[USUAL] * 4], Cause.SOURCE_SHRUNK),
    ],
)
def test_a_dump_is_judged_by_its_end_and_by_what_is_usual(
    now: DumpLook, history: list[DumpLook], expected: Cause | None
) -> None:
    assert fault(now, history) is expected


@pytest.mark.parametrize(
    ("complaint", "cause"),
    [
        ('FATAL:  database "his" does not exist', Cause.SOURCE_MISSING),
        ('FATAL:  role "x" does not exist', Cause.DUMP_REFUSED),
        ("permission denied for table patient", Cause.DUMP_REFUSED),
        ("query would be affected by row-level security policy", Cause.DUMP_REFUSED),
        ("aborting because of server version mismatch", Cause.DUMP_TOOL_OLD),
        ("Connection refused\n\tIs the server running on that host", Cause.DUMP_SERVER_AWAY),
        ("ERROR:  invalid page in block 7 of relation base/1", Cause.SOURCE_DAMAGED),
        ("server closed the connection unexpectedly", Cause.DUMP_FAILED),
        ("", Cause.DUMP_FAILED),
    ],
)
def test_what_postgresql_complains_of(complaint: str, cause: Cause) -> None:
    assert cause_of(complaint, POSTGRESQL_SAYS) is cause


@pytest.mark.parametrize(
    ("complaint", "cause"),
    [
        ("Got error: 1049: \"Unknown database 'his'\"", Cause.SOURCE_MISSING),
        ('Got error: 1045: "Access denied for user"', Cause.DUMP_REFUSED),
        ("user has insufficient privileges to SHOW CREATE FUNCTION `f`", Cause.DUMP_REFUSED),
        ("ERROR 2002 (HY000): Can't connect to local server", Cause.DUMP_SERVER_AWAY),
        ("Error 1194: Table 'm' is marked as crashed and should be repaired", Cause.SOURCE_DAMAGED),
        ("Error 2013: Lost connection to server during query", Cause.DUMP_FAILED),
    ],
)
def test_what_mariadb_complains_of(complaint: str, cause: Cause) -> None:
    assert cause_of(complaint, MARIADB_SAYS) is cause


ALL = "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON"


@pytest.mark.parametrize(
    ("grants", "missing"),
    [
        (["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`"], []),
        ([f"{ALL} *.* TO `l`@`%`"], []),
        ([f"{ALL} `his`.* TO `l`@`%`", "GRANT SELECT ON `mysql`.* TO `l`@`%`"], []),
        ([f"{ALL} `his`.* TO `l`@`%`", "GRANT SELECT ON `mysql`.`proc` TO `l`@`%`"], []),
        ([f"{ALL} `his`.* TO `l`@`%`"], ["SELECT ON mysql.*"]),
        (["GRANT ALL PRIVILEGES ON `h_s`.* TO `l`@`%`"], []),
        (["GRANT ALL PRIVILEGES ON `h\\_s`.* TO `l`@`%`"], ["SELECT", "SHOW VIEW", "TRIGGER"]),
        (["GRANT ALL PRIVILEGES ON `hi%`.* TO `l`@`%`"], []),
        (["GRANT ALL PRIVILEGES ON `his`.`patient` TO `l`@`%`"], ["SELECT", "SHOW VIEW"]),
        (["GRANT USAGE ON *.* TO `l`@`%`"], ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"]),
        ([], ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "SELECT ON mysql.*"]),
    ],
)
def test_rights_that_hide_something_are_found(grants: list[str], missing: list[str]) -> None:
    found = missing_rights(grants, "his")
    assert found[: len(missing)] == missing
    assert bool(found) == bool(missing)


def test_a_password_is_written_so_that_its_client_reads_it() -> None:
    assert pass_line("a:b\\c") == "*:*:*:*:a\\:b\\\\c\n"
    assert option_file('a"b\\c#d') == '[client]\npassword="a\\"b\\\\c#d"\n'
    assert option_file(None) == "[client]\n"


def test_no_value_adds_a_word_to_a_connection(tmp_path_factory: pytest.TempPathFactory) -> None:
    hostile = Database("x' host='evil", host="h", port=1, user="u\\")
    assert libpq(hostile, None).startswith("dbname='x\\' host=\\'evil' host='h' port='1' user='u")
    words = connection(Database("x", host="/s", port=3), tmp_path_factory.mktemp("x") / "f")
    assert words[1:] == ("--protocol=socket", "--socket=/s")


@pytest.mark.parametrize(
    ("database", "root", "who"),
    [
        (Database("x"), True, "postgres"),
        (Database("x"), False, ""),
        (Database("x", host="/run/pg"), True, "postgres"),
        (Database("x", host="10.0.0.7"), True, ""),
        (Database("x", run_as="his"), True, "his"),
    ],
)
def test_over_the_local_socket_root_speaks_as_its_administrator(
    database: Database,
    root: bool,
    who: str,
) -> None:
    assert account(database, root=root) == who
