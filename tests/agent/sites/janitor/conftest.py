"""A fresh repository for each test."""

from pathlib import Path

import pytest

from tests.agent.sites.janitor.store import Store, new_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)
