"""The agent is the janitor of folders here, asks those of other sites, and seals what is news."""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from agent.backup.records.records import open_records
from agent.backup.records.site_facts import Janitor, Objects
from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.jobs import jobs_of
from agent.daemon.work.sites import janitor_job
from agent.errors import UnreadableFactError
from agent.host import FileStatus
from agent.restic.door import Job, Restic
from agent.restic.environment import Repository, Workplace
from agent.sites import janitor_call
from agent.sites.opening import password_file
from agent.sites.probe.errors import ProbeError, UnreachableError
from tests.agent.sites.janitor.store import Store, new_store
from tests.real.light_repositories import Born
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import SiteState

A = "sites: [{{name: a, kind: local, held_by: owned, path: {path}}}]\n"
B = """
sites:
  - {name: b, kind: append_only_ssh, held_by: hosted, user: lachan, host: b.example, key_file: /k,
     probe_key_file: /p, known_hosts_file: /h}
"""


@dataclass
class SiteHost:
    """A site behind ssh that answers with what its janitor left."""

    store: Store
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        assert timeout_s > 0
        assert accept == (0,)
        assert argv[0] == "ssh"
        if self.away:
            raise UnreadableFactError("ssh", "timeout")
        self.asked.append(" ".join(argv[5:]))
        status = self.store.place.beside / "status"
        now = f"janitor_now {int(self.store.clock.at.timestamp())}\n"
        said = now + status.read_text() if status.exists() else ""
        return f"version 2\n{said}end 1\n"

    def read(self, path: str, *, limit_bytes: int = 4096) -> str:
        raise NotImplementedError(path, limit_bytes)

    def listing(self, path: str) -> tuple[str, ...]:
        raise NotImplementedError(path)

    def lstat(self, path: str) -> FileStatus:
        raise NotImplementedError(path)

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        raise NotImplementedError(database, query)

    def now(self) -> datetime:
        raise NotImplementedError


def states(app: App) -> list[SiteState]:
    """Newest first."""
    rows = app.outbox.latest("site_state", 10)
    bodies = [decode_statement("site_state", peek_payload(row.raw)).body for row in rows]
    return [body for body in bodies if isinstance(body, SiteState)]


def known(app: App, site: str) -> tuple[int | None, tuple[str, ...]]:
    records = open_records(app.home, app.clock)
    facts = records.site_facts()
    objects, janitor = facts.get(site, Objects), facts.get(site, Janitor)
    records.close()
    return objects.value.rogue if objects else None, janitor.value.signs if janitor else ()


@pytest.fixture
def here(home: Home, opened: Callable[[Home], App], pair: Born, tmp_path: Path) -> App:
    """An agent whose site A lies in a folder."""
    pair.give(home, "a", tmp_path / "nas" / "lachan")
    home.agent_yaml.write_text("facility: GL-BVDK\n" + A.format(path=tmp_path / "nas" / "lachan"))
    return opened(home)


def test_a_folder_here_is_looked_after_and_told(here: App, tmp_path: Path) -> None:
    repository = tmp_path / "nas" / "lachan"
    janitor_job.look_here(here)
    assert known(here, "a") == (0, ())
    (repository / "snapshots" / "evil").write_bytes(b"x")
    (repository / "index" / ("ab" * 32)).mkdir()
    janitor_job.look_here(here)
    assert known(here, "a")[0] == 2
    assert states(here)[0].rogue_objects == 2
    assert [job.name for job in jobs_of(here) if "janitor" in job.name] == ["janitor"]


def test_what_the_repositorys_key_did_not_make_goes(here: App, tmp_path: Path) -> None:
    """The same bytes are a valid object of another repository."""
    janitor_job.look_here(here)
    stranger = new_store(tmp_path)
    index = next((stranger.repository / "index").iterdir())
    shutil.copy2(index, tmp_path / "nas" / "lachan" / "index")
    janitor_job.look_here(here)
    assert not (tmp_path / "nas" / "lachan" / "index" / index.name).exists()
    assert known(here, "a")[0] == 1


def test_a_snapshot_that_is_dated_after_it_came_is_said(here: App, tmp_path: Path) -> None:
    janitor_job.look_here(here)
    (tmp_path / "file").write_text("x")
    repository = Repository("x", str(tmp_path / "nas" / "lachan"), password_file(here.home, "a"))
    restic = Restic(repository, Workplace(tmp_path / "work"))
    words = ("backup", "--time", "2040-01-01 00:00:00", str(tmp_path / "file"))
    restic.run(Job(words))
    janitor_job.look_here(here)
    assert known(here, "a") == (1, ("SNAPSHOTS_FUTURE",))


def test_a_folder_that_is_not_there_is_the_backups_to_say(here: App, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "nas")
    janitor_job.look_here(here)
    assert known(here, "a") == (None, ())


@pytest.fixture
def there(home: Home, opened: Callable[[Home], App], tmp_path: Path) -> tuple[App, Store, SiteHost]:
    """An agent, and its site B with a janitor."""
    home.agent_yaml.write_text("facility: GL-BVDK\n" + B)
    store = new_store(tmp_path)
    host = SiteHost(store)
    app = opened(home)
    return replace(app, host=host, clock=store.clock), store, host


def test_what_another_sites_janitor_found_is_sealed_at_once(
    there: tuple[App, Store, SiteHost],
) -> None:
    app, store, _ = there
    store.look()
    janitor_job.ask_all(app)
    assert known(app, "b") == (0, ())
    store.add("locks", b"x", "ab" * 32)
    store.look_after(20)
    janitor_job.ask_all(app)
    assert known(app, "b") == (1, ())
    (newest, *_) = states(app)
    assert (newest.rogue_objects, newest.janitor_signs) == (1, ())
    assert b"ab" * 32 not in msgspec.json.encode(newest)


def test_a_janitor_that_cannot_be_asked_for_a_day_is_silent(
    there: tuple[App, Store, SiteHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, store, _ = there
    store.look()
    janitor_job.ask_all(app)

    def away(*_: object) -> None:
        raise UnreachableError(site="b", reason="denied")

    monkeypatch.setattr(janitor_call, "call", away)
    for hours, signs in ((23, ()), (2, ("JANITOR_SILENT",)), (1, ("JANITOR_SILENT",))):
        store.clock.go(hours * 3600)
        with pytest.raises(UnreachableError):
            janitor_job.ask_all(app)
        assert known(app, "b")[1] == signs
    assert states(app)[0].janitor_signs == ("JANITOR_SILENT",)


def test_a_janitor_that_falls_silent_is_said(there: tuple[App, Store, SiteHost]) -> None:
    app, store, _ = there
    store.look()
    janitor_job.ask_all(app)
    store.clock.go(16 * 60)
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ("JANITOR_SILENT",)
    assert states(app)[0].janitor_signs == ("JANITOR_SILENT",)
    store.look()
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ()


def test_a_janitor_that_is_gone_is_silent_too(there: tuple[App, Store, SiteHost]) -> None:
    app, store, _ = there
    janitor_job.ask_all(app)
    assert known(app, "b") == (None, ())  # there never was one
    store.look()
    janitor_job.ask_all(app)
    (store.place.beside / "status").unlink()
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ("JANITOR_SILENT",)


def test_a_site_that_does_not_answer_changes_nothing(there: tuple[App, Store, SiteHost]) -> None:
    app, store, host = there
    store.look()
    janitor_job.ask_all(app)
    host.away = True
    with pytest.raises(ProbeError):
        janitor_job.ask_all(app)
    assert known(app, "b") == (0, ())


def test_a_ledger_that_was_begun_anew_at_the_site_is_said(
    there: tuple[App, Store, SiteHost],
) -> None:
    """All of the janitor's folder is gone: by itself that would look like a first day."""
    app, store, _ = there
    store.look()
    store.add("snapshots")
    store.look_after(20)
    janitor_job.ask_all(app)
    shutil.rmtree(store.place.beside)
    store.look_after(20)
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ("LEDGER_LOST",)
    store.look_after(20)
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ("LEDGER_LOST",)  # for a day, not for one question
    store.clock.go(2 * 86_400)
    store.look()
    janitor_job.ask_all(app)
    assert known(app, "b")[1] == ()
