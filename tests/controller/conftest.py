"""A province in a temporary home, its clock, and hosts that speak the real protocol."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from controller.app import initialise
from controller.config.home import home_at
from controller.config.model import ControllerConfig
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.create_token import create_token
from controller.fleet.province import Province
from controller.store.engine import Database, open_database
from controller.store.schema import upgrade
from controller.web.application import create_application
from tests.controller.speaking import NETLOC, Clock, SpokenHost
from wire.acts import SystemAdded
from wire.verdicts import Regime


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "controller.sqlite")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def province(tmp_path: Path, clock: Clock) -> Iterator[Province]:
    """A controller with one facility BV and its level 3 system FS."""
    config = ControllerConfig(province="GL", name="Sở Y tế", url=f"https://{NETLOC}")
    province = initialise(home_at(tmp_path / "home"), config, clock).province
    add_facility(province, "test", "BV", "Bệnh viện")
    system = SystemAdded("BV", "FS", "Tệp", Regime.ND331, 3, 86_400.0)
    add_system(province, "test", system)
    yield province
    province.database.close()


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    with TestClient(create_application(province), base_url=f"https://{NETLOC}") as client:
        yield client


@pytest.fixture
def new_token(province: Province) -> Callable[[], str]:
    def create(life: timedelta = timedelta(hours=1)) -> str:
        return create_token(province, "test", "BV", ("FS",), life).line

    return create


@pytest.fixture
def new_host(
    client: TestClient, clock: Clock, new_token: Callable[[], str]
) -> Callable[[], SpokenHost]:
    """Makes enrolled hosts."""
    return lambda: SpokenHost(client, clock).enrol(new_token())


@pytest.fixture
def stranger(client: TestClient, clock: Clock) -> SpokenHost:
    """A host that is not enrolled."""
    return SpokenHost(client, clock)


@pytest.fixture
def host(new_host: Callable[[], SpokenHost]) -> SpokenHost:
    return new_host()
