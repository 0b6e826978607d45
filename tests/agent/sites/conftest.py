"""One server of each kind for all tests of a session; every test has its own repository there."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from tests.agent.sites.stands import Stand, running, stand_of

_numbers = count(1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home of an agent")  # a blank in every path of ours


@pytest.fixture
def repository() -> str:
    """The name of a repository that no other test has."""
    return f"FS-{next(_numbers):02}"


def _stand(kind: str) -> "pytest.FixtureDef[Stand]":
    @pytest.fixture(scope="session", name=kind)
    def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
        with running(stand_of(kind, tmp_path_factory.mktemp(kind))) as stand:
            yield stand

    return start  # type: ignore[return-value]


local = _stand("local")
sftp = _stand("sftp")
append_only_ssh = _stand("append_only_ssh")
rest = _stand("rest")
s3 = _stand("s3")
