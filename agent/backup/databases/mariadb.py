"""Dumps a MariaDB or MySQL database in one transaction, with routines, events and triggers.

The client leaves out without a word what its login may not see: tables, triggers, routines. So
the rights are asked for first, and a login that may not see everything makes no dump.

Source: mariadb-dump(1), mysqldump(1); MariaDB documentation, GRANT.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from agent.backup.databases.dumping import answer_of, dump_to, secret_file
from agent.backup.databases.judging import MARIADB_SAYS
from agent.backup.databases.kit import Kit, Taken, password_of
from agent.backup.databases.shelf import NewFile
from agent.backup.databases.sql_text import MARIADB
from agent.config.datasets import Database
from agent.host import Program
from wire.verdicts import Cause, Consistency

DATA, SETTINGS = "database.sql", "create.sql"
PACKAGE = "mariadb-client"
DUMPERS, CLIENTS = ("mariadb-dump", "mysqldump"), ("mariadb", "mysql")
_LOGIN_FILE = "login.cnf"
_CONNECT_S, _QUERY_S = 30, 120.0
_NEEDED = ("SELECT", "SHOW VIEW", "TRIGGER", "EVENT")
_ROUTINES = ("EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE", "SHOW CREATE ROUTINE")
_GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?P<where>\S+|`(?:[^`]|``)*`\.\S+) TO ")
_DUMP = (
    "--single-transaction", "--quick", "--routines", "--events", "--triggers", "--hex-blob",
    "--skip-dump-date", "--no-tablespaces", "--default-character-set=utf8mb4",
    "--max-allowed-packet=1G",
)  # fmt: skip


def dump(database: Database, kit: Kit) -> Taken:
    """Dump one database; tables without transactions make it `mixed`.

    Raises:
        ProductionError: it could not be made; whether it proves something is for the judge.
    """
    taken_at = kit.clock.now()
    dumper = kit.program(DUMPERS, PACKAGE)
    client = kit.program(CLIENTS, PACKAGE)
    login = secret_file(kit, _LOGIN_FILE, option_file(password_of(database, kit)))
    try:
        where = connection(database, login)

        def ask(query: str) -> str:
            words = (client, *where, f"--connect-timeout={_CONNECT_S}", "-N", "-B", "-e", query)
            program = Program(words, _QUERY_S, database.run_as, kit.folders)
            return answer_of(kit, program, MARIADB_SAYS)

        settings = _settings(database, kit, ask(_settings_query(database.database)))
        _demand_rights(database, kit, ask("SHOW GRANTS"))
        lonely = ask(_lonely_query(database.database)).split()
        argv = (dumper, *where, *_DUMP, "--", database.database)
        limit_s = kit.limit.total_seconds()
        program = Program(argv, limit_s, database.run_as, kit.folders)
        look = dump_to(kit, DATA, program, MARIADB, MARIADB_SAYS)
    finally:
        login.unlink()
    with NewFile(kit.folder / SETTINGS, kit.dataset, lambda _: None) as file:
        file.take(settings.encode("utf-8", "surrogateescape"))
    moment = Consistency.TRANSACTION if lonely == ["0"] else Consistency.MIXED
    return Taken(taken_at, moment, look)


def connection(database: Database, login: Path) -> tuple[str, ...]:
    """The words in front: our own file alone rules the client, no file of anybody else."""
    words = [f"--defaults-file={login}"]
    if database.host.startswith("/"):
        words += ["--protocol=socket", f"--socket={database.host}"]
    elif database.host:
        words.append(f"--host={database.host}")
        words += [f"--port={database.port}"] if database.port else []
    if database.user:
        words.append(f"--user={database.user}")
    return tuple(words)


def option_file(password: str | None) -> str:
    """What the client reads its password from; within quotes only these two need care."""
    if password is None:
        return "[client]\n"
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    return f'[client]\npassword="{quoted}"\n'


def missing_rights(grants: Iterable[str], database: str) -> list[str]:
    """What the login lacks to see all of a database; lines of SHOW GRANTS. Pure."""
    here: set[str] = set()
    system: set[str] = set()
    for line in grants:
        found = _GRANT.match(line)
        if found is None:
            continue
        rights = {right.strip() for right in found["rights"].upper().split(",")}
        schema = _schema_of(found["where"])
        if schema == "*" or _fits(schema, database):
            here |= rights
        if schema == "*" or (schema == "mysql" and found["where"].endswith((".*", ".`proc`"))):
            system |= rights
    if "ALL PRIVILEGES" in here:
        return []
    lacking = [right for right in _NEEDED if right not in here]
    if not here & set(_ROUTINES) and not system & {"SELECT", "ALL PRIVILEGES"}:
        lacking.append("SELECT ON mysql.*")
    return lacking


def _schema_of(where: str) -> str:
    """The part in front of `.*`; a grant on one table is none on its database."""
    schema, _, table = where.rpartition(".")
    plain = schema[1:-1].replace("``", "`") if schema.startswith("`") else schema
    return plain if table == "*" or plain == "mysql" else ""


def _fits(pattern: str, database: str) -> bool:
    """Names in grants are patterns: `_` one letter, `%` any, each itself behind a backslash."""
    words = re.findall(r"\\\\[_%]|\\[_%]|.", pattern, re.DOTALL)
    signs = {"_": ".", "%": ".*"}
    text = "".join(signs.get(word) or re.escape(word.lstrip("\\") or word) for word in words)
    return re.fullmatch(text, database, re.DOTALL) is not None


def _demand_rights(database: Database, kit: Kit, grants: str) -> None:
    lacking = missing_rights(grants.splitlines(), database.database)
    if lacking:
        raise kit.failed(Cause.DUMP_REFUSED, f"GRANT {', '.join(lacking)}")


def _settings_query(name: str) -> str:
    return (
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM "  # noqa: S608 - in hex
        f"information_schema.SCHEMATA WHERE SCHEMA_NAME = {_literal(name)}"
    )


def _lonely_query(name: str) -> str:
    """How many tables keep no transactions, so that their moment is another one."""
    return (
        "SELECT count(*) FROM information_schema.TABLES t LEFT JOIN "  # noqa: S608 - in hex
        "information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE t.TABLE_TYPE = 'BASE TABLE' "
        f"AND IFNULL(e.TRANSACTIONS, 'NO') <> 'YES' AND t.TABLE_SCHEMA = {_literal(name)}"
    )


def _settings(database: Database, kit: Kit, answer: str) -> str:
    words = answer.split()
    if len(words) != 2 or not all(word.isidentifier() for word in words):  # noqa: PLR2004
        raise kit.failed(Cause.SOURCE_MISSING, database.database)
    name = database.database.replace("`", "``")
    return f"CREATE DATABASE `{name}` CHARACTER SET {words[0]} COLLATE {words[1]};\n"


def _literal(name: str) -> str:
    return f"CONVERT(0x{name.encode().hex()} USING utf8mb4)"
