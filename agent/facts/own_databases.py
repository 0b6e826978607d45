"""The databases that servers of this host serve now, by name."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import mariadb, postgresql, processes
from agent.host import Host, list_if_present, present

POSTGRESQL_QUERY = (  # asked in `postgres`, which is nobody's data while it holds no table
    "SELECT encode(convert_to(datname, 'UTF8'), 'hex') FROM pg_database WHERE NOT datistemplate"
    " AND (datname <> 'postgres' OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n"
    " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm')"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema')))"
)
MARIADB_FOLDER = "SELECT HEX(@@datadir)"
MARIADB_QUERY = "SELECT HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA"
SYSTEM = ("information_schema", "performance_schema", "mysql", "sys")  # of MariaDB
RUNNING = "/run/postgresql"  # Debian's servers leave VERSION-NAME.pid there


@dataclass(frozen=True, slots=True)
class Served:
    """One database; `port` is that of a PostgreSQL server, 0 elsewhere."""

    kind: str  # postgresql | mariadb
    name: str
    port: int


@dataclass(frozen=True, slots=True)
class ServedFacts:
    """What is served, and the folders whose content is thereby known."""

    databases: tuple[Served, ...]
    folders: tuple[str, ...]


def collect(host: Host) -> ServedFacts:
    """Ask every server that runs.

    Raises:
        UnreadableFactError: one runs and does not tell what it serves.
    """
    running = processes.collect(host)
    databases: list[Served] = []
    folders: list[str] = []
    if running.running("postgres", "postmaster"):
        for version, name in _clusters(host):
            port = postgresql.port_of(host, version, name)
            databases += [Served("postgresql", one, port) for one in _postgresql(host, port)]
            folders.append(postgresql.data_of(host, version, name))
    if running.running(*mariadb.SERVERS):
        names = _decoded(mariadb.ask(host, MARIADB_QUERY))
        if not names:  # its own are always there
            raise UnreadableFactError("mariadb", "empty")
        databases += [Served("mariadb", one, 0) for one in names if one not in SYSTEM]
        folders += _decoded(mariadb.ask(host, MARIADB_FOLDER))
    return ServedFacts(tuple(databases), tuple(folders))


def _clusters(host: Host) -> list[tuple[str, str]]:
    """Those of Debian's that run; another server runs where nobody finds its settings."""
    found = [
        (version, name)
        for version in list_if_present(host, postgresql.FOLDER)
        for name in list_if_present(host, f"{postgresql.FOLDER}/{version}")
        if present(host, f"{RUNNING}/{version}-{name}.pid")
    ]
    if not found:
        raise UnreadableFactError(postgresql.FOLDER, "missing")
    return found


def _postgresql(host: Host, port: int) -> list[str]:
    client = ("psql", "-X", "-A", "-t", "-p", str(port), "-c", POSTGRESQL_QUERY, "postgres")
    return _decoded(host.run(("runuser", "-u", "postgres", "--", *client), timeout_s=10))


def _decoded(output: str) -> list[str]:
    """Names come in hexadecimal, so that none of them can look like two."""
    try:
        return [bytes.fromhex(word).decode() for word in output.split()]
    except ValueError as error:
        raise UnreadableFactError("databases", "unparsable") from error
