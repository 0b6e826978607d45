"""Puts the parts together: a home becomes a province, a province is served."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.config.home import Home
from controller.config.keys import load_keys, make_keys, renew_certificate
from controller.config.load import load, save
from controller.config.model import ControllerConfig
from controller.errors import AlreadyInitialisedError, BusyError, ConfigurationError
from controller.fleet.act import log_acts
from controller.fleet.add_user import add_user
from controller.fleet.adopt_policies import adopt_policies
from controller.fleet.province import CONTROLLER, Province
from controller.fleet.score_systems import store_scores
from controller.fleet.watch import watch
from controller.fleet.watch_decisions import score_what_changed
from controller.library import shelves
from controller.store.engine import open_database
from controller.store.schema import demand_current, upgrade
from controller.web.application import create_application
from controller.web.server import bind, server
from wire.acts import LogOpened

FIRST_ADMIN = "admin"
_WATCH_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Initialised:
    """A new province and the first admin's one-time link, which is shown once."""

    province: Province
    link: str

    def __repr__(self) -> str:
        return "Initialised(…)"


def utc_now() -> datetime:
    return datetime.now(UTC)


def initialise(
    home: Home, config: ControllerConfig, now: Callable[[], datetime] = utc_now
) -> Initialised:
    """Make keys, certificates, database and log of a new controller.

    Raises:
        AlreadyInitialisedError: there is one in this home.
        ConfigurationError: the home cannot be written.
    """
    if home.controller_yaml.exists() or home.database.exists():
        raise AlreadyInitialisedError(home=str(home.config_dir))
    try:
        home.config_dir.mkdir(parents=True, exist_ok=True)
        home.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_keys(home, config, os.urandom, now())
        save(config, home.controller_yaml)
    except OSError as error:
        raise ConfigurationError(problem=f"{error.filename}: {error.strerror}") from error
    database = open_database(home.database)
    upgrade(database)
    database.close()
    province = open_province(home, now)
    _open_log(province)
    adopt_policies(province, shelves())
    return Initialised(province, add_user(province, CONTROLLER, FIRST_ADMIN, "admin"))


def open_province(home: Home, now: Callable[[], datetime] = utc_now) -> Province:
    """The controller of a home, ready for use cases.

    Raises:
        NotInitialisedError: there is none.
        ConfigurationError: its configuration or a secret is not as it must be.
        SchemaError: its database is of another version.
    """
    config = load(home)
    keys = load_keys(home)
    database = open_database(home.database)
    demand_current(database)
    return Province(home, config, keys, database, now, os.urandom)


def serve(home: Home, ready: Callable[[Province], None]) -> None:
    """Serve until a signal; `ready` is called when the port is ours.

    Raises:
        BusyError: a `serve` of this home runs already.
        PortTakenError: another program has the port.
    """
    with only_one(home):
        province = open_province(home)
        renew_certificate(home, province.config, province.now())
        listening = bind(province.config.listen)
        ready(province)
        adopt_policies(province, shelves())
        with _watching(province):
            server(create_application(province), home.secrets).run(sockets=[listening])


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Hold the home's serve lock; the kernel lets go of it however the process ends."""
    home.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with home.serve_lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise BusyError(home=str(home.config_dir), pid=file.read().strip() or "?") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _watching(province: Province) -> Iterator[None]:
    """Look and score until the server ends, in two threads: an alarm does not wait for scores."""
    ended = threading.Event()
    work = {"watch": keep_watch, "scores": keep_scores}
    threads = [
        threading.Thread(target=keep, args=(province, ended), name=name)
        for name, keep in work.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def keep_watch(province: Province, ended: threading.Event) -> None:
    """Raise and clear alerts until `ended`.

    A look that fails is told and tried again: silence must not come from our own fault.
    """
    served_since = province.now()
    while not ended.wait(_WATCH_EVERY_S):
        try:
            watch(province, served_since)
        except Exception:
            logging.getLogger(__name__).exception("the watch could not look")


def keep_scores(province: Province, ended: threading.Event) -> None:
    """Score what changed, and everything at the pace of the configuration, until `ended`."""
    scored_at = province.now()
    while not ended.wait(_WATCH_EVERY_S):
        try:
            score_what_changed(province)
            if province.now() - scored_at >= province.config.watch.score_every:
                scored_at = province.now()
                store_scores(province)
        except Exception:
            logging.getLogger(__name__).exception("the systems could not be scored")


def _open_log(province: Province) -> None:
    """The log's first entry says which keys speak for the controller."""
    act = LogOpened(
        province=province.config.province,
        name=province.config.name,
        order_key=province.keys.order.public.to_base64(),
        log_key=province.keys.log.public.to_base64(),
    )
    with province.database.writing() as connection:
        log_acts(province, connection, CONTROLLER, [act], province.now())
