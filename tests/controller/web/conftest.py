"""A small town to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from controller.web.auth import passwords
from tests.controller.speaking import Clock
from tests.controller.web.visiting import Town, found_town, served


@pytest.fixture
def town(tmp_path: Path, clock: Clock) -> Iterator[Town]:
    """Nobody has told anything yet."""
    province = found_town(tmp_path / "town", clock)
    with served(province) as client:
        yield Town(province, clock, client)
    province.database.close()


@pytest.fixture(scope="module")
def full_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two facilities, XA and YB, that have told of everything. Tests only look at it."""
    clock = Clock()
    province = found_town(tmp_path_factory.mktemp("town"), clock)
    with served(province) as client:
        town = Town(province, clock, client)
        for code in ("XA", "YB"):
            town.add_facility(code, f"Bệnh viện {code}")
            town.tell_everything(code)
        yield town
    province.database.close()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real argon2id with small parameters: 64 MiB a try would make the tests wait."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
