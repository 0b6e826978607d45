"""A host with a share and two sites, its suspicions, and the command line that shows them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from agent.backup.records.records import Point, open_records
from agent.cli.main import root_command
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.live_teller import Outlet
from agent.daemon.work.integrity.suspicion_watch import SuspicionWatch
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.integrity.change import Change, Kind
from agent.integrity.live.alive import MarkFile
from agent.integrity.ransom.store import SuspicionStore
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.integrity.seen import Seen
from tests.agent.files.driven import DrivenClock
from tests.agent.integrity.ransom.observing import BEGIN, ONE, file
from texts.catalogue import use
from wire.errors import USAGE, LachanError

CONFIGURATION = """facility: GL-BVDK
systems: [{{code: FS-01, regime: ND331, level: 3}}]
integrity: [{{path: {share}, names: full, canaries: {canaries}}}]
datasets:
  - {{name: share, paths: [{share}], schedule: "0 4 * * *", rpo: 24h}}
  - {{name: etc, paths: [/etc], schedule: "0 4 * * *", rpo: 24h}}
sites:
  - {{name: a, kind: local, path: {share}/../a, held_by: owned}}
  - {{name: b, kind: local, path: {share}/../b, held_by: owned}}
"""
PLAYBOOK = "incident.ransomware-suspected"
Configure = Callable[..., App]


@dataclass(frozen=True)
class Scene:
    home: Home
    share: Path
    clock: DrivenClock


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    share = tmp_path / "share"
    share.mkdir()
    clock = DrivenClock()
    clock.moment = BEGIN + timedelta(hours=1)
    return Scene(home_at(tmp_path / "home"), share, clock)


@pytest.fixture
def opened(scene: Scene) -> Iterator[Configure]:
    apps: list[App] = []

    def make(canaries: str = "no", more: str = "") -> App:
        scene.home.config_dir.mkdir(exist_ok=True)
        written = CONFIGURATION.format(share=scene.share, canaries=canaries)
        scene.home.agent_yaml.write_text(written + more)
        apps.append(open_app(scene.home, clock=scene.clock))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


def suspected(scene: Scene, **more: object) -> Suspicion:
    fields: dict[str, object] = {
        "id": "suspicion-1",
        "watched": bytes(scene.share),
        "at": BEGIN,
        "since": BEGIN - timedelta(minutes=1),
        "latest": BEGIN,
        "reasons": (Reason.MAGIC_LOST, Reason.WRITE_RATE),
        "files": 20,
        "who": ONE,
        "samples": (bytes(scene.share) + b"/a.docx",),
        **more,
    }
    return Suspicion(**fields)  # type: ignore[arg-type]


def put(app: App, suspicion: Suspicion) -> None:
    with suspicions_of(app) as store:
        store.put(suspicion)


def point(app: App, site: str, tree: str, taken: datetime, read: datetime) -> None:
    with closing(open_records(app.home, app.clock)) as records:
        records.add_point(Point(site, f"{site}-{tree}", "share", tree, taken, read))


def lost(app: App, scene: Scene, begin: int, many: int) -> list[Seen]:
    """Files that became shapeless, as the watching sees them."""
    names = [f"{scene.share}/{number}.docx" for number in range(begin, begin + many)]
    changes = [Change(Kind.MODIFIED, file(one, "zip"), file(one, "random")) for one in names]
    watched = app.config.integrity[0]
    return [Seen(change, watched, app.clock.now(), None, None) for change in changes]


def run(home: Home, *words: str) -> tuple[int, str]:
    """Exit code and output."""
    use("en")
    argv = ["--home", str(home.config_dir), "--lang", "en", "integrity", *words]
    done = CliRunner().invoke(root_command(), argv, standalone_mode=False)
    if isinstance(done.exception, LachanError):
        return done.exception.exit_code, str(done.exception)
    if isinstance(done.exception, click.UsageError):
        return USAGE, done.exception.message
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.output


def watch(app: App, store: SuspicionStore) -> tuple[SuspicionWatch, list[int]]:
    nudges: list[int] = []
    telling, marks = Telling(app.pseudonyms, str), MarkFile(app.home.state_dir / "marks")
    outlet = Outlet(app, telling, lambda: nudges.append(1), lambda _events: None, marks)
    return SuspicionWatch(outlet, store, 0), nudges
