"""Stored events of every sort, in the host's own real store, and the command line that reads it."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli.main import root_command
from agent.config.home import Home
from agent.daemon.app import App, open_app
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.events.store import open_events
from agent.integrity.who.record import Who
from tests.agent.integrity.conftest import configure
from texts.catalogue import use

BEGIN = datetime(2026, 11, 22, 1, tzinfo=UTC)
VIM = Who(
    uid=0,
    login_uid=4001,
    pid=77,
    exe="/usr/bin/vim.basic",
    command="vim a.txt",
    parents=("/usr/bin/bash", "/usr/sbin/sshd"),
    session=12,
)
CLIENT = Who(
    uid=4002,
    login_uid=None,
    pid=78,
    exe="/usr/sbin/smbd",
    client_user="BV\\lan",
    client_address="10.1.2.3",
)
Append = Callable[[Sequence[Entry | Event]], tuple[Event, ...]]


def event(
    path: str | bytes,
    kind: EventKind = EventKind.MODIFIED,
    minute: int = 0,
    **more: Any,  # noqa: ANN401 - fields of an event
) -> Event:
    raw = path.encode() if isinstance(path, str) else path
    at = BEGIN + timedelta(minutes=minute)
    fields: dict[str, Any] = {"at": at, "since": None, "watched": b"/srv/share", **more}
    return Event(number=0, kind=kind, path=raw, **fields)


@pytest.fixture
def watching_home(home: Home, share: Path) -> Home:
    configure(home, share)
    return home


@pytest.fixture
def app(watching_home: Home) -> Iterator[App]:
    opened = open_app(watching_home)
    yield opened
    opened.close()


@pytest.fixture
def append(app: App) -> Append:
    def store(entries: Sequence[Entry | Event]) -> tuple[Event, ...]:
        wrapped = [one if isinstance(one, Entry) else Entry(one) for one in entries]
        with open_events(app.home, app.keys.k_f, app.clock) as events:
            return events.append(wrapped)

    return store


def run(home: Home, *words: str, language: str = "en") -> Result:
    argv = ["--home", str(home.config_dir), "--lang", language, *words]
    use(language)
    try:
        return CliRunner().invoke(root_command(), argv, standalone_mode=False)
    finally:
        use("en")


def document(home: Home, *words: str) -> dict[str, Any]:
    done = run(home, "integrity", *words, "--json")
    if done.exception is not None:
        raise done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found
