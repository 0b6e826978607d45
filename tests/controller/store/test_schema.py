"""The database's versions."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from controller.errors import SchemaError
from controller.store import schema
from controller.store.engine import Database, open_database
from controller.store.queries_decisions import attestations, exceptions
from controller.store.queries_file_watching import watched_paths
from controller.store.queries_fleet import newest_scores
from controller.store.requests import presences
from controller.store.tables.groups import LOG, PRIVATE, PROJECTIONS
from controller.store.tables.schema import METADATA


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_table_is_log_or_projection_or_neither_but_never_two() -> None:
    groups = [*LOG, *PROJECTIONS, *PRIVATE]
    assert sorted(table.name for table in groups) == sorted(METADATA.tables)


def test_an_empty_database_is_refused_until_it_was_upgraded(tmp_path: Path) -> None:
    database = open_database(tmp_path / "old.sqlite")
    with pytest.raises(SchemaError):
        schema.demand_current(database)
    schema.upgrade(database)
    schema.demand_current(database)
    schema.upgrade(database)  # again: nothing to do
    schema.demand_current(database)
    database.close()


def test_what_the_first_revision_stored_is_read_by_this_one(tmp_path: Path) -> None:
    """Its scores say nothing of waivers; nobody had decided anything yet."""
    database = open_database(tmp_path / "old.sqlite")
    schema.upgrade(database, "0001")
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO score VALUES (7, 'BV', 'FS', 'c', 'd', 6, 1000000, 0.5, 0.25)"
        )
    schema.upgrade(database)
    with database.reading() as connection:
        (score,) = newest_scores(connection)
        assert (score.score, score.coverage, score.raw, score.declared) == (0.5, 0.25, None, None)
        assert (attestations(connection), exceptions(connection)) == ([], [])
    database.close()


def test_hosts_that_were_heard_before_files_were_watched_say_nothing_of_it(tmp_path: Path) -> None:
    database = open_database(tmp_path / "old.sqlite")
    schema.upgrade(database, "0004")
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO presence VALUES"
            " ('a', 'BV', 1, 1, 'b', 'i', 1, 'h', '0.1.0', 0.0, 0, 0.0, '[]')"
        )
    schema.upgrade(database)
    with database.reading() as connection:
        assert presences(connection)["a"].watching == ""
        assert watched_paths(connection) == []
    database.close()


def test_of_paths_that_were_known_before_nobody_had_said_that_they_are_no_alarm(
    tmp_path: Path,
) -> None:
    database = open_database(tmp_path / "old.sqlite")
    schema.upgrade(database, "0006")
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO watched_path"
            " (agent, watched, facility, path, watching, told_at, told_index, told_last)"
            " VALUES ('a', 'p', 'BV', '', '', 1, 1, 1)"
        )
    schema.upgrade(database)
    with database.reading() as connection:
        (path,) = watched_paths(connection)
        assert (path.at_work_at, path.at_work_index, path.silenced_index) == (None, None, None)
    database.close()


def test_a_reader_cannot_write(database: Database) -> None:
    with database.reading() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM log_entry")
