"""Versions of the database: made and upgraded by Alembic from within the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from controller.errors import SchemaError
from controller.store.engine import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to a version, in one transaction."""
    with database.writing() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def found_revision(connection: Connection) -> str:
    """The version that the database says it has; empty when it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def wanted_revision() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def demand_current(database: Database) -> None:
    """Return when the database is of this program's version.

    Raises:
        SchemaError: it is not.
    """
    with database.reading() as connection:
        found, wanted = found_revision(connection), wanted_revision()
    if found != wanted:
        raise SchemaError(found=found or "-", wanted=wanted)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
