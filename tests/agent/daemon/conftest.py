"""An agent on a home of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    home = home_at(tmp_path / "home")
    home.agent_yaml.write_text("facility: GL-BVDK\n")
    return home


@pytest.fixture
def opened() -> Iterator[Callable[[Home], App]]:
    """Opens an agent on a home; all are closed when the test ends."""
    apps: list[App] = []

    def open_one(home: Home) -> App:
        apps.append(open_app(home))
        return apps[-1]

    yield open_one
    for app in apps:
        app.close()


@pytest.fixture
def app(home: Home, opened: Callable[[Home], App]) -> App:
    return opened(home)
