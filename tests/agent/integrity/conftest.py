"""An agent that watches one folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app

CONFIGURATION = """
facility: GL-BVDK
systems: [{{code: FS-01, regime: ND331, level: 3}}]
integrity:
  - {{path: {path}, names: {names}, folder_depth: 1, ignore: ["~$*", "*.tmp"]}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    (folder / "khoa nội").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "khoa nội/bệnh án.txt"):
        (folder / name).write_text(f"nội dung của {name}\n")
    return folder


def configure(home: Home, share: Path, names: str = "none") -> None:
    home.config_dir.mkdir(exist_ok=True)
    home.agent_yaml.write_text(CONFIGURATION.format(path=share, names=names))


@pytest.fixture
def app(home: Home, share: Path, request: pytest.FixtureRequest) -> Iterator[App]:
    """`names` of the watched path: the test's parameter, else the default."""
    configure(home, share, getattr(request, "param", "none"))
    opened = open_app(home)
    yield opened
    opened.close()
