"""A home, a controller to join, and an agent that has joined it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.joining import join_host
from tests.agent.uplink.stand_in import StandIn, make_stand_in, running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return home_at(tmp_path / "home")


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[StandIn]:
    with running(make_stand_in(tmp_path / "controller")) as stand_in:
        yield stand_in


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
def joined(home: Home, controller: StandIn, opened: Callable[[Home], App]) -> App:
    join_host(home, controller.token(), SystemClock(), os.urandom)
    return opened(home)
