"""A database of the newest version, and makers of signed entries."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.store.engine import Database, open_database
from controller.store.schema import upgrade

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "controller.sqlite")
    upgrade(database)
    yield database
    database.close()
